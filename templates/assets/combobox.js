/**
 * Turns a plain relation field into a searchable combobox (WAI-ARIA "editable combobox with list autocomplete").
 *
 * Without this script, the field is an input for the key of the related row or words of its label. Its markup is in
 * templates/admin/combobox.ejs. `data-source?q=words` returns `{ options: [{ value, label, detail? }], more: boolean }`. With
 * `data-many` on the div, every selection adds a ticked box to the `.tags` list before it, and the field is cleared.
 */
const WAIT_MS = 150;
let made = 0;

function mark(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
const make = (tag, properties, attributes = {}) =>
  mark(Object.assign(document.createElement(tag), properties), attributes);

const begins = ({ label, value }, typed) =>
  value === typed || ` ${label}`.toLowerCase().includes(` ${typed.trim().toLowerCase()}`);

class Combobox {
  constructor(box) {
    const words = JSON.parse(box.dataset.words ?? '{}');
    const input = box.querySelector('input');
    Object.assign(this, { box, words, input, many: 'many' in box.dataset, options: [], active: -1 });
    this.plain();
    const says = { role: 'listbox', 'aria-label': box.dataset.label ?? '' };
    this.list = make('div', { className: 'options', id: `options-${++made}`, hidden: true }, says);
    this.said = make('p', { className: 'sr' }, { role: 'status' });
    box.append(this.list, this.said);
    this.wire();
  }

  /** Moves the name, and so the submitted value, to a hidden input; the visible one contains the typed text. */
  plain() {
    const { input } = this;
    this.key = make('input', { type: 'hidden', name: input.name, value: input.value });
    this.label = input.dataset.label ?? input.value;
    this.chosen = this.key.value;
    // Filters of a list accept only keys; forms also resolve words, as they do without scripts.
    this.keysOnly = input.name.startsWith('f.');
    this.box.prepend(this.key);
    input.removeAttribute('name');
    input.value = this.many ? '' : this.label;
    Object.assign(input, { autocomplete: 'off', spellcheck: false });
    this.box.querySelector('.combobox-now')?.remove();
  }

  wire() {
    const { input, list } = this;
    mark(input, { role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id });
    input.addEventListener('input', () => {
      this.sendTyped();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.search(), WAIT_MS);
    });
    input.addEventListener('click', () => list.hidden && this.search());
    input.addEventListener('keydown', (event) => this.press(event));
    input.addEventListener('blur', () => this.settle());
    // A row was added in another tab (added.js).
    this.box.addEventListener('choose', ({ detail }) => this.take(detail));
    // mousedown rather than click: otherwise, the field would lose focus and settle before the selection.
    list.addEventListener('mousedown', (event) => {
      event.preventDefault();
      const option = event.target.closest('[role=option]');
      if (option) this.pick(Number(option.dataset.at));
    });
  }

  async search() {
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL(this.box.dataset.source, location.href);
    // An unchanged field shows the first rows, not just the selected one.
    url.searchParams.set('q', this.input.value === this.label ? '' : this.input.value.trim());
    try {
      const answer = await fetch(url, { signal: this.request.signal, headers: { accept: 'application/json' } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { options, more } = await answer.json();
      if (document.activeElement === this.input) this.show(options, more ? this.words.more : '');
    } catch (error) {
      if (error.name !== 'AbortError') this.show([], this.words.failed);
    }
  }

  show(options, note) {
    this.options = options;
    const rows = options.map((option, at) => {
      const row = make('div', { id: `${this.list.id}-${at}` }, { role: 'option', 'data-at': String(at) });
      row.append(make('span', { textContent: option.label }));
      if (option.detail) row.append(make('small', { textContent: option.detail }));
      return row;
    });
    const say = note || (options.length === 0 ? this.words.none : '');
    if (say) rows.push(make('p', { className: 'options-say', textContent: say }));
    this.list.replaceChildren(...rows);
    this.list.hidden = false;
    this.input.setAttribute('aria-expanded', 'true');
    this.said.textContent = say || String(options.length);
    // What Tab and Enter select: the first row with a word that starts with the text, or the only row.
    const best = options.length === 1 ? 0 : options.findIndex((option) => begins(option, this.input.value));
    this.move(this.input.value === this.label ? -1 : best);
  }

  hide() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }

  move(to) {
    this.active = to;
    for (const row of this.list.querySelectorAll('[role=option]')) {
      const here = Number(row.dataset.at) === to;
      row.setAttribute('aria-selected', String(here));
      if (here) row.scrollIntoView({ block: 'nearest' });
    }
    if (to >= 0) this.input.setAttribute('aria-activedescendant', `${this.list.id}-${to}`);
    else this.input.removeAttribute('aria-activedescendant');
  }

  press(event) {
    const { key } = event;
    const last = this.options.length - 1;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      event.preventDefault();
      if (this.list.hidden) return void this.search();
      const next = key === 'ArrowDown' ? this.active + 1 : this.active - 1;
      this.move(next > last ? 0 : next < 0 ? last : next);
    } else if (key === 'Enter' && !this.list.hidden) {
      event.preventDefault();
      if (this.active >= 0) this.pick(this.active);
    } else if (key === 'Tab' && !this.list.hidden && this.active >= 0 && this.input.value !== this.label) {
      this.pick(this.active);
    } else if (key === 'Escape' && !this.list.hidden) {
      event.stopPropagation();
      this.forget();
      this.hide();
    }
  }

  /** Sends typed text without a selection: the server accepts a key or a label, or reports an error at the field. */
  sendTyped() {
    const typed = this.input.value.trim();
    if (!this.keysOnly) this.key.value = typed === this.label.trim() ? this.chosen : typed;
  }

  forget() {
    this.input.value = this.many ? '' : this.label;
    this.key.value = this.chosen;
  }

  pick(at) {
    if (this.options[at]) this.take(this.options[at]);
    this.hide();
  }

  take(option) {
    return this.many ? this.tag(option) : this.choose(option.value, option.label);
  }

  choose(value, label) {
    const changed = this.chosen !== value;
    Object.assign(this, { chosen: value, label });
    this.key.value = value;
    this.input.value = label;
    if (changed) this.key.dispatchEvent(new Event('change', { bubbles: true }));
  }

  tag(option) {
    const tags = this.box.parentElement.querySelector('.tags');
    const same = [...tags.querySelectorAll('input')].find((box) => box.value === option.value);
    if (same) {
      same.checked = true;
    } else {
      const label = make('label', { className: 'check' });
      const ticked = { type: 'checkbox', name: this.key.name, value: option.value, checked: true };
      label.append(make('input', ticked), make('span', { textContent: option.label }));
      tags.append(label);
    }
    this.input.value = '';
    this.label = '';
    this.key.value = '';
    tags.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /** When the field loses focus: an emptied field means "none". */
  settle() {
    if (!this.many && this.input.value.trim() === '' && this.label !== '') this.choose('', '');
    if (this.keysOnly) this.forget();
    this.hide();
  }
}

for (const box of document.querySelectorAll('[data-combobox]')) new Combobox(box);
