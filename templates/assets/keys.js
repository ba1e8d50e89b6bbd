/**
 * Keyboard shortcuts, all declared in the markup, so that the page itself is the only list of available actions.
 *
 * `data-key="n"` on a link or button activates it; on a field, focuses it. `?` opens `<dialog id="keys">`. `j` and `k` move
 * through the rows of a `.table`. Ctrl+S or ⌘S saves a form marked `data-save`. Single-key shortcuts can be disabled (WCAG 2.1.4)
 * with the check box `[data-keys-switch]` in the dialog; the setting is stored in this browser.
 */
const STORE = 'rustio-keys';
let on = true;
try {
  on = localStorage.getItem(STORE) !== 'off';
} catch {
  // Storage may be blocked; shortcuts are then enabled until the page is left.
}

const typing = (target) => target.closest('input, select, textarea, [contenteditable], [role=combobox]') !== null;

function follow(key) {
  const target = [...document.querySelectorAll('[data-key]')].find(
    (element) => element.dataset.key === key && element.checkVisibility(),
  );
  if (!target) return false;
  if (target.matches('input, select, textarea')) {
    target.focus();
    target.select?.();
  } else target.click();
  return true;
}

function walk(step) {
  const rows = [...document.querySelectorAll('.table tbody th > a')];
  if (rows.length === 0) return false;
  const at = rows.findIndex((link) => link.closest('tr').contains(document.activeElement));
  rows[Math.min(Math.max(at + step, 0), rows.length - 1)].focus();
  return true;
}

/** If a list scrolls inside the window, Page Down on the page itself would have no effect. */
function scroll(key) {
  const box = document.querySelector('.page > .table-box');
  if (!box || document.activeElement !== document.body) return false;
  const by = { PageDown: 0.9, PageUp: -0.9, ' ': 0.9 }[key];
  if (by) box.scrollBy({ top: by * box.clientHeight });
  else if (key === 'Home' || key === 'End') box.scrollTo({ top: key === 'Home' ? 0 : box.scrollHeight });
  else return false;
  return true;
}

function single(key) {
  if (key === 'j' || key === 'k') return walk(key === 'j' ? 1 : -1);
  if (key === '?') {
    document.querySelector('dialog#keys')?.showModal();
    return true;
  }
  return follow(key);
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 's') {
    const save = document.querySelector('[data-save]');
    if (!save) return;
    event.preventDefault();
    save.click();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector('dialog[open]'))
    return;
  if (scroll(event.key) || (on && single(event.key))) event.preventDefault();
});

const box = document.querySelector('[data-keys-switch]');
if (box) {
  box.checked = on;
  box.addEventListener('change', () => {
    on = box.checked;
    try {
      localStorage.setItem(STORE, on ? 'on' : 'off');
    } catch {
      // Storage may be blocked.
    }
  });
}
