/**
 * Protects users from losing input and from unintended actions.
 *
 * `<form data-guard>` asks before the page is left with unsaved changes. `data-confirm="Question?"` on a button or a form asks
 * before it is sent. A form that is being sent is not sent twice (the server rejects a second one too; this only saves the
 * request).
 */
const dirty = new Set();
const sent = new WeakSet();

const snapshot = (form) =>
  new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.name ?? value])).toString();

for (const form of document.querySelectorAll('form[data-guard]')) {
  // A form that was returned with errors contains unsaved input.
  const before = form.dataset.guard === 'unsaved' ? null : snapshot(form);
  if (before === null) dirty.add(form);
  const look = () => {
    if (snapshot(form) === before) dirty.delete(form);
    else dirty.add(form);
    document.body.toggleAttribute('data-unsaved', dirty.size > 0);
  };
  form.addEventListener('input', look);
  form.addEventListener('change', look);
}

addEventListener('beforeunload', (event) => {
  if (dirty.size > 0) event.preventDefault();
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  // the browser's own dialog works with every assistive technology
  if (question && !confirm(question)) return event.preventDefault();
  if (form.method === 'post') {
    if (sent.has(form)) return event.preventDefault();
    sent.add(form);
  }
  dirty.delete(form);
});

// Back from the next page out of the browser's cache: the form may be sent again.
addEventListener('pageshow', (event) => {
  if (event.persisted) for (const form of document.forms) sent.delete(form);
});
