/**
 * Create-in-place: `<a data-add="appointment.patient">` next to a relation opens the form of the other model in a new tab. When
 * the row is saved, that tab shows `<div data-added='{"for":"appointment.patient.TAB","value":"7","label":"Ada"}'>` and
 * broadcasts it; the waiting field selects the row and replies, so that the tab can report success. Other tabs with the same form
 * receive the message, too, but ignore it: the part after the last dot differs for each tab.
 */
const channel = new BroadcastChannel('rustio-added');
const tab = crypto.getRandomValues(new Uint32Array(2)).join('-');

for (const link of document.querySelectorAll('a[data-add]')) {
  link.dataset.add += `.${tab}`;
  const url = new URL(link.href);
  url.searchParams.set('~for', link.dataset.add);
  link.href = url.href;
}

const added = document.querySelector('[data-added]');
if (added) channel.postMessage(JSON.parse(added.dataset.added));

channel.addEventListener('message', ({ data }) => {
  if (added && data.taken === JSON.parse(added.dataset.added).for) {
    added.querySelector('[data-added-wait]').hidden = true;
    added.querySelector('[data-added-taken]').hidden = false;
  }
  const link = [...document.querySelectorAll('a[data-add]')].find(({ dataset }) => dataset.add === data.for);
  const box = link?.closest('.field')?.querySelector('[data-combobox]');
  if (!box) return;
  box.dispatchEvent(new CustomEvent('choose', { detail: data }));
  channel.postMessage({ taken: data.for });
});
