/**
 * Filter panels and menus are <details> elements. This script closes them on Escape and on a click elsewhere, and keeps them
 * inside the window. It also tells the style sheet that scripts are available (`html[data-scripts]`).
 */
document.documentElement.dataset.scripts = '';

const MENUS = ['.filter details', 'details.menu'];
const open = () => document.querySelectorAll(MENUS.map((menu) => `${menu}[open]`).join());

document.addEventListener('click', (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented) return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});

// On narrow screens, tabs can be scrolled sideways.
document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });

for (const menu of document.querySelectorAll(MENUS.join())) {
  menu.addEventListener('toggle', () => {
    if (!menu.open) return;
    const panel = menu.querySelector('.panel');
    delete panel.dataset.flip;
    const { left, right } = panel.getBoundingClientRect();
    if (left < 0 || right > document.documentElement.clientWidth) panel.dataset.flip = '';
    panel.querySelector('input:not([type=hidden]), select')?.focus();
  });
}

// Omits empty fields from the URL of a list.
document.addEventListener('formdata', (event) => {
  if (!event.target.matches('[data-lean]')) return;
  for (const name of new Set(event.formData.keys())) {
    const values = event.formData.getAll(name).filter((value) => value !== '');
    event.formData.delete(name);
    for (const value of values) event.formData.append(name, value);
  }
});

// Focus the first error.
document.querySelector('[data-focus]')?.focus();
