/**
 * Protects users from losing input and from unintended actions.
 *
 * `<form data-guard>` asks before the user leaves the page with unsaved changes. `data-confirm="Question?"` on a button or form
 * asks before it is submitted. A form that is being submitted cannot be submitted again (the server also rejects repetitions;
 * this only saves the request).
 */
const dirty = new Set();
const sent = new WeakSet();

const snapshot = (form) =>
  new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.name ?? value])).toString();

for (const form of document.querySelectorAll('form[data-guard]')) {
  // A form returned with errors contains unsaved input.
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
  // The browser's own dialog works with every assistive technology.
  if (question && !confirm(question)) return event.preventDefault();
  if (form.method === 'post') {
    if (sent.has(form)) return event.preventDefault();
    sent.add(form);
  }
  dirty.delete(form);
});

// When the user navigates back and the page comes from the cache, the form can be submitted again.
addEventListener('pageshow', (event) => {
  if (event.persisted) for (const form of document.forms) sent.delete(form);
});
