// Which view is shown: the address behind `#` says it, so that a view can be gone back to, kept and passed on.

const main = el('main', {}), listName = document.querySelector('meta[name="lowrank-list"]')?.content ?? '';
/** What is shown now: the experiment's key, its table, and how its open cell is closed. */
let shown = { key: null, table: null, view: null, close: null };

/** The parts of the address. */
const address = () => {
  try {
    return location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return [];
  }
};

/** Whether the address begins with these parts. */
const isAt = (...parts) => {
  const now = address();
  return parts.every((part, index) => now[index] === part);
};

/** Shows a view in place of what there was. */
const show = (title, ...nodes) => {
  document.title = title;
  main.replaceChildren(...nodes.flat(Infinity).filter(Boolean));
};

/** Moves the focus to the view's heading; not on the first view, where the page begins. */
const focusHeading = (node) => { if (node && shown.isMoved) node.focus({ preventScroll: false }); };

/** The address of a view. */
const hashOf = (...parts) => `#/${parts.map((part) => encodeURIComponent(part)).join('/')}`;

const goTo = (...parts) => { location.hash = hashOf(...parts); };

/** Forgets the experiment that was shown, for a view that shows none. */
const forget = () => { shown = { ...shown, key: null, table: null, view: null, close: null }; };

/** The list of experiments. */
const showList = (list) => {
  forget();
  show('lowrank: results', listView(list));
  focusHeading(main.querySelector('h1'));
};

/** Opens the cell that the address names, and closes another. */
const showCell = (data, view, parts) => {
  shown.close?.();
  const [id, profile, rowID, columnText, seedText] = parts;
  const row = data.rows.find((each) => each.id === rowID), column = Number(columnText), cell = row?.cells[column];
  if (!cell?.runs) return;
  // the run that something is wrong with, else the first that there is
  const there = cell.runs.filter((run) => run.state !== 'missing'), first = there.find((run) => run.state !== 'completed') ?? there[0];
  const seed = seedText === undefined ? (first ?? cell.runs[0])?.seed : seedText;
  // the address follows the seed without a step of its own in the history, where it is this cell's still: runs may come late
  const onSeed = (next) => {
    if (panel.isConnected && isAt(id, profile, rowID, columnText)) history.replaceState(null, '', hashOf(id, profile, rowID, column, next));
  };
  const { panel, heading } = cellPanel(data, row, cell, data.columns[column], seed, onSeed, () => goTo(id, profile));
  shown.place.replaceChildren(panel);
  shown.layout.classList.add('open');
  view.mark(row.id, column);
  heading.focus();
  shown.close = () => {
    shown.place.replaceChildren();
    shown.layout.classList.remove('open');
    view.mark(null);
    view.focus(row.id, column);
    shown.close = null;
  };
};

/** One experiment, and the cell that the address names. */
const showExperiment = (list, parts) => {
  const [id, profile] = parts, key = `${id}/${profile}`;
  const entry = list.groups.flatMap((group) => group.entries).find((each) => each.id === id);
  const part = entry?.parts.find((each) => each.profile === profile);
  if (!part?.file) {
    forget();
    show('lowrank: results', el('h1', { tabindex: -1 }, id),
      el('p', {}, `The page has no table of ${id} under ${profile}. `, el('a', { href: '#' }, 'All experiments')));
    return;
  }
  if (shown.key === key && shown.table) {
    if (parts.length > 2) showCell(shown.table, shown.view, parts); else shown.close?.();
    return;
  }
  shown = { ...shown, key, table: null, view: null, close: null };
  const place = el('div', {});
  show(`${id}: lowrank`, place);
  settle(place, load('page', part.file), (data) => {
    // another view may have been opened before the file came
    if (!place.isConnected) return [];
    const view = experimentTable(data, key, (row, column) => goTo(id, profile, row.id, column));
    const layout = el('div', { class: 'layout' }), side = el('div', { class: 'side' });
    const profiles = entry.parts.length > 1 ? entry.parts.filter((other) => other.file) : [];
    layout.append(el('div', { class: 'whole' },
      el('nav', { 'aria-label': 'experiments' }, el('a', { href: '#' }, 'All experiments'), profiles.map((other) => [
        ' · ', el('a', { href: hashOf(id, other.profile), 'aria-current': other === part ? 'page' : null }, other.profile),
      ])),
      el('h1', { tabindex: -1 }, `${data.experiment}: ${data.title}`),
      quiet(data.isPocket
        ? 'Pocket profile: a small model and generated tasks. Compare rows with each other, never with a paper’s figures.'
        : `${data.profile} profile`),
      data.description ? el('p', {}, data.description) : '', view.place, experimentRest(data)), side);
    shown = { ...shown, table: data, view, place: side, layout };
    return layout;
  }).then(() => {
    if (!place.isConnected || !shown.table || !isAt(id, profile)) return;
    const now = address();
    if (now.length > 2) showCell(shown.table, shown.view, now); else focusHeading(main.querySelector('h1'));
  });
};

const route = (list) => {
  const parts = address();
  if (parts.length < 2) showList(list); else showExperiment(list, parts);
  shown.isMoved = true;
};

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !shown.close || event.defaultPrevented) return;
  event.preventDefault();
  const [id, profile] = address();
  goTo(id, profile);
});

document.body.append(main);
settle(main, load('page', listName), (list) => {
  window.addEventListener('hashchange', () => route(list));
  queueMicrotask(() => route(list));
  return [];
});
