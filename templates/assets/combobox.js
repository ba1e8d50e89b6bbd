/**
 * Turns a plain relation field into a searching combobox (WAI-ARIA "editable combobox with list autocomplete").
 *
 * Without this script the field is an input that takes the key of the related row. With it:
 *   <div class="combobox" data-combobox data-source="/admin/airports/+options" data-words='{"none":"…","more":"…","busy":"…"}'>
 *     <input class="input" id="f-airport" name="airport" value="ATL" data-label="Hartsfield-Jackson Atlanta Intl">
 *   </div>
 * `data-source?q=words` answers `{ options: [{ value, label, detail? }], more: boolean }`.
 * `data-many` on the div: every pick adds a ticked box to the `.tags` list before it, and the field empties.
 */
const WAIT_MS = 150;
let made = 0;

class Combobox {
  constructor(box) {
    this.box = box;
    this.many = 'many' in box.dataset;
    this.words = JSON.parse(box.dataset.words ?? '{}');
    this.options = [];
    this.active = -1;
    this.input = box.querySelector('input');
    this.plain();
    this.list = Object.assign(document.createElement('div'), {
      className: 'options',
      id: `options-${++made}`,
      hidden: true,
    });
    this.list.setAttribute('role', 'listbox');
    this.list.setAttribute('aria-label', box.dataset.label ?? '');
    this.said = Object.assign(document.createElement('p'), { className: 'sr' });
    this.said.setAttribute('role', 'status');
    box.append(this.list, this.said);
    this.wire();
  }

  /** Moves the name, and so what is sent, to a hidden input; the visible one holds words. */
  plain() {
    const { input } = this;
    this.key = Object.assign(document.createElement('input'), { type: 'hidden', name: input.name, value: input.value });
    this.label = input.dataset.label ?? input.value;
    this.box.prepend(this.key);
    input.removeAttribute('name');
    input.value = this.many ? '' : this.label;
    Object.assign(input, { autocomplete: 'off', spellcheck: false });
    this.box.querySelector('.combobox-now')?.remove();
  }

  wire() {
    const { input, list } = this;
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-expanded', 'false');
    input.setAttribute('aria-controls', list.id);
    input.addEventListener('input', () => this.later());
    input.addEventListener('click', () => list.hidden && this.search());
    input.addEventListener('keydown', (event) => this.press(event));
    input.addEventListener('blur', () => this.settle());
    // A row that was added in another tab (added.js).
    this.box.addEventListener('choose', ({ detail }) => this.take(detail));
    // mousedown and not click: the field must keep the focus, or it would settle before the pick.
    list.addEventListener('mousedown', (event) => {
      event.preventDefault();
      const option = event.target.closest('[role=option]');
      if (option) this.pick(Number(option.dataset.at));
    });
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), WAIT_MS);
  }

  async search() {
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL(this.box.dataset.source, location.href);
    // An untouched field shows the first rows, not only the one that is chosen already.
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
      const row = document.createElement('div');
      row.setAttribute('role', 'option');
      row.id = `${this.list.id}-${at}`;
      row.dataset.at = String(at);
      row.append(Object.assign(document.createElement('span'), { textContent: option.label }));
      if (option.detail) row.append(Object.assign(document.createElement('small'), { textContent: option.detail }));
      return row;
    });
    const say = note || (options.length === 0 ? this.words.none : '');
    if (say) rows.push(Object.assign(document.createElement('p'), { className: 'options-say', textContent: say }));
    this.list.replaceChildren(...rows);
    this.list.hidden = false;
    this.input.setAttribute('aria-expanded', 'true');
    this.said.textContent = say || String(options.length);
    this.move(options.length > 0 && this.input.value !== this.label ? 0 : -1);
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
    } else if (key === 'Escape' && !this.list.hidden) {
      event.stopPropagation();
      this.input.value = this.many ? '' : this.label;
      this.hide();
    }
  }

  pick(at) {
    const option = this.options[at];
    if (!option) return;
    this.take(option);
    this.hide();
  }

  take(option) {
    if (this.many) this.tag(option);
    else this.choose(option.value, option.label);
  }

  choose(value, label) {
    const changed = this.key.value !== value;
    this.key.value = value;
    this.label = label;
    this.input.value = label;
    if (changed) this.key.dispatchEvent(new Event('change', { bubbles: true }));
  }

  tag(option) {
    const tags = this.box.parentElement.querySelector('.tags');
    const same = [...tags.querySelectorAll('input')].find((box) => box.value === option.value);
    if (same) {
      same.checked = true;
    } else {
      const label = Object.assign(document.createElement('label'), { className: 'check' });
      label.append(
        Object.assign(document.createElement('input'), {
          type: 'checkbox',
          name: this.key.name,
          value: option.value,
          checked: true,
        }),
      );
      label.append(Object.assign(document.createElement('span'), { textContent: option.label }));
      tags.append(label);
    }
    this.input.value = '';
    this.label = '';
    tags.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /** On leaving: an emptied field means "none"; words that were not picked mean nothing. */
  settle() {
    if (!this.many && this.input.value.trim() === '' && this.label !== '') this.choose('', '');
    this.input.value = this.many ? '' : this.label;
    this.hide();
  }
}

for (const box of document.querySelectorAll('[data-combobox]')) new Combobox(box);
