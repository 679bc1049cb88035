// Elements of the page. They are made one by one, and texts go into them as texts: nothing that a run or a manifest says is markup.

/** Gives an element its attributes (none where false or null), its listeners (`on`) and its children. */
const fill = (node, options, children) => {
  for (const [name, value] of Object.entries(options ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else {
      node.setAttribute(name, value === true ? '' : String(value));
    }
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
};

/** An element of HTML. */
const el = (tag, options, ...children) => fill(document.createElement(tag), options, children);

/** An element of a drawing. */
const svg = (tag, options, ...children) => fill(document.createElementNS('http://www.w3.org/2000/svg', tag), options, children);

/** A way to a file below the page's folder, as a link has it. Whatever a name holds, it leads to no other place. */
const way = (path) => path.split('/').map((part) => (part === '..' ? '%2E%2E%2F' : encodeURIComponent(part))).join('/');

/** A paragraph that is beside the matter. */
const quiet = (...children) => el('p', { class: 'quiet' }, children);

/** A button. */
const button = (children, listener, options) => el('button', { type: 'button', ...options, on: { click: listener } }, children);

/** A link to such a file. */
const fileLink = (path, text) => el('a', { href: way(path) }, text ?? path);

/** A command, which one click selects. */
const command = (text) => el('code', { class: 'command', tabindex: 0 }, text);

/** Names with their values. */
const lines = (pairs) => el('dl', {}, pairs.map(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));

/** A plain table: texts, the first column names. */
const plainTable = (header, rows, options) =>
  el('div', { class: 'scroll' },
    el('table', options,
      el('thead', {}, el('tr', {}, header.map((text) => el('th', { scope: 'col' }, text)))),
      el('tbody', {}, rows.map((row) =>
        el('tr', {}, row.map((cell, index) => (index === 0 ? el('th', { scope: 'row' }, cell) : el('td', {}, cell))))))));

/** `1 run`, `2 runs`. */
const counted = (count, noun) => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

/** A number with few digits. */
const short = (value) => {
  if (value === null || value === undefined) return '—';
  if (typeof value !== 'number') return String(value);
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return String(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : String(Number(value.toPrecision(4)));
};

/** A score as tables have it: shares in percent. */
const scoreText = (value, isShare) => (value === null || value === undefined ? '—' : isShare ? (value * 100).toFixed(2) : short(value));

/** `seed 3`, or `init 0 order 1` where a run starts from one seed and is ordered by another. */
const seedName = (seed) => (seed.includes('x') ? `init ${seed.replace('x', ' order ')}` : `seed ${seed}`);
