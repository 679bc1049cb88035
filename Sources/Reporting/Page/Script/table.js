// One experiment: its table, which sorts and filters, and everything below it.

/** How each table was left: sorting, filters. */
const tableStates = new Map();

/** A cell's seeds as dots between the least and the greatest score of its column. */
const dots = (runs, low, high) => {
  const x = (score) => 4 + ((score - low) / (high - low || 1)) * 72;
  return svg('svg', { class: 'dots', viewBox: '0 0 80 8', 'aria-hidden': 'true' },
    svg('line', { class: 'rule', x1: 4, x2: 76, y1: 4, y2: 4 }),
    runs.filter((run) => typeof run.score === 'number')
      .map((run) => svg('circle', { class: 'mark', cx: x(run.score).toFixed(1), cy: 4, r: 2 })));
};

/** `seed 0: 87.25`, `seed 1: diverged (at step 12)`: what a cell says when a pointer rests on it. */
const cellHint = (runs) => {
  const hint = (run) => `${seedName(run.seed)}: ${typeof run.score === 'number' ? scoreText(run.score, true) : run.state}`
    + (run.detail ? ` (${run.detail})` : '');
  return runs.slice(0, 12).map(hint).join('\n') + (runs.length > 12 ? `\nand ${runs.length - 12} more` : '');
};

/** What stands behind a cell's value: quiet where runs are merely missing. */
const suffixView = (cell) => {
  const isBad = (cell.runs ?? []).some((run) => run.state !== 'completed' && run.state !== 'missing');
  return cell.suffix ? el('span', { class: isBad ? 'bad' : 'quiet' }, cell.suffix) : '';
};

/** What a cell reads. */
const cellText = (cell) => [
  cell.rank === 'best' ? el('strong', {}, cell.text) : cell.rank === 'second' ? el('u', {}, cell.text) : cell.text, suffixView(cell),
];

/** The table of an experiment, with what sorts and filters it. `onOpen` is told which cell is opened. */
const experimentTable = (data, key, onOpen) => {
  if (!tableStates.has(key)) tableStates.set(key, { sort: null, text: '', hidden: new Set(), dots: false });
  const state = tableStates.get(key), status = el('p', { class: 'quiet', role: 'status' }), place = el('div', { class: 'scroll' });
  const ranges = data.columns.map((_, column) =>
    range(data.rows.flatMap((row) => (row.cells[column].runs ?? []).map((run) => run.score).filter((score) => typeof score === 'number'))));
  const isShown = (column) => !column.task || !state.hidden.has(column.task);

  const rows = () => {
    const words = state.text.toLowerCase().split(/[\s,]+/).filter(Boolean);
    const found = data.rows.filter((row) => !words.length || words.some((word) => `${row.id} ${row.label}`.toLowerCase().includes(word)));
    if (!state.sort) return found;
    const { column, isDown } = state.sort, sign = isDown ? -1 : 1;
    const value = (row) => (column < 0 ? row.label.toLowerCase() : row.cells[column].value ?? null);
    return [...found].sort((one, other) => {
      const [a, b] = [value(one), value(other)];
      if (a === null || b === null || a === undefined || b === undefined) return (a == null ? 1 : 0) - (b == null ? 1 : 0);
      return a < b ? -sign : a > b ? sign : 0;
    });
  };
  const sortBy = (column) => {
    const first = column >= 0, { sort } = state;
    // numbers begin with the greatest, names with the first; the third time the table's own order is back
    state.sort = sort?.column !== column ? { column, isDown: first } : sort.isDown === first ? { column, isDown: !first } : null;
    draw();
    place.querySelector(`[data-sort="${column}"]`)?.focus();
  };
  const head = (title, column) => {
    const { sort } = state, isSorted = sort?.column === column, arrow = isSorted ? (sort.isDown ? ' ▾' : ' ▴') : '';
    return el('th', { scope: 'col', 'aria-sort': isSorted ? (sort.isDown ? 'descending' : 'ascending') : 'none' },
      button([title, el('span', { 'aria-hidden': 'true' }, arrow)], () => sortBy(column),
        { class: 'plain', 'data-sort': column, 'data-move': true, tabindex: -1 }));
  };
  const body = (row) => el('tbody', {},
    el('tr', {}, el('th', { scope: 'row' }, row.label), data.columns.map((column, index) => {
      if (!isShown(column)) return '';
      const cell = row.cells[index];
      if (!cell.runs) return el('td', {}, cellText(cell));
      const seeds = state.dots && ranges[index] && cell.value !== undefined ? dots(cell.runs, ...ranges[index]) : '';
      return el('td', {}, button([cellText(cell), seeds], () => onOpen(row, index), {
        class: 'plain', title: cellHint(cell.runs), 'data-row': row.id, 'data-column': index, 'data-move': true, tabindex: -1 }));
    })),
    row.published ? el('tr', { class: 'published' }, el('th', { scope: 'row' }, row.published[0]),
      data.columns.map((column, index) => (isShown(column) ? el('td', {}, row.published[index + 1]) : ''))) : '');
  const cellOf = (row, column) =>
    [...place.querySelectorAll(`[data-column="${column}"]`)].find((each) => each.dataset.row === row);
  // the open cell, which each drawing of the table marks anew
  let marked = null;
  const showMark = () => {
    for (const other of place.querySelectorAll('[aria-current]')) other.removeAttribute('aria-current');
    if (marked) cellOf(...marked)?.setAttribute('aria-current', 'true');
  };
  const draw = () => {
    const found = rows();
    status.textContent = `${found.length} of ${counted(data.rows.length, 'row')}`
      + (state.hidden.size ? `, ${data.tasks.length - state.hidden.size} of ${counted(data.tasks.length, 'task')}` : '');
    place.replaceChildren(el('table', { class: 'results' },
      el('caption', { class: 'hidden' }, `${data.experiment}, ${data.profile} profile`),
      el('thead', {}, el('tr', {}, head(data.rowHeader, -1),
        data.columns.map((column, index) => (isShown(column) ? head(column.title, index) : '')))),
      found.map(body)));
    const first = place.querySelector('td [data-move]') ?? place.querySelector('[data-move]');
    if (first) first.tabIndex = 0;
    showMark();
  };

  // one stop of the Tab key; within, the arrows go from cell to cell
  place.addEventListener('keydown', (event) => {
    const here = event.target.closest('[data-move]');
    if (!here || !['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(event.key)) return;
    const grid = [...place.querySelectorAll('tr')].map((line) => [...line.querySelectorAll('[data-move]')]).filter((line) => line.length);
    const row = grid.findIndex((line) => line.includes(here)), column = here.closest('tr').querySelectorAll('th, td');
    const index = [...column].indexOf(here.closest('th, td'));
    const inLine = (line) => line.reduce((best, cell) => {
      const distance = (each) => Math.abs([...each.closest('tr').querySelectorAll('th, td')].indexOf(each.closest('th, td')) - index);
      return best === null || distance(cell) < distance(best) ? cell : best;
    }, null);
    const own = grid[row].indexOf(here);
    const next = {
      ArrowLeft: grid[row][own - 1], ArrowRight: grid[row][own + 1], Home: grid[row][0], End: grid[row][grid[row].length - 1],
      ArrowUp: row > 0 ? inLine(grid[row - 1]) : null, ArrowDown: row + 1 < grid.length ? inLine(grid[row + 1]) : null,
    }[event.key];
    event.preventDefault();
    next?.focus();
  });
  place.addEventListener('focusin', (event) => {
    const here = event.target.closest('[data-move]');
    if (!here) return;
    for (const other of place.querySelectorAll('[data-move][tabindex="0"]')) other.tabIndex = -1;
    here.tabIndex = 0;
  });

  const search = el('input', { type: 'search', value: state.text, placeholder: 'lora, aflora', autocomplete: 'off', spellcheck: 'false',
    on: { input: () => { state.text = search.value; draw(); } } });
  const toggle = (task) => {
    const own = button(task, () => {
      if (state.hidden.has(task)) state.hidden.delete(task); else state.hidden.add(task);
      own.setAttribute('aria-pressed', String(!state.hidden.has(task)));
      draw();
    }, { 'aria-pressed': String(!state.hidden.has(task)) });
    return own;
  };
  const seeds = button('seeds as dots', () => {
    state.dots = !state.dots;
    seeds.setAttribute('aria-pressed', String(state.dots));
    draw();
  }, { 'aria-pressed': String(state.dots) });
  draw();
  const controls = el('div', { class: 'controls' }, el('label', {}, 'rows ', search),
    data.tasks.length > 1 ? el('span', { role: 'group', 'aria-label': 'tasks' }, 'tasks ', data.tasks.map(toggle)) : '',
    data.rows.some((row) => row.cells.some((cell) => (cell.runs ?? []).length > 1)) ? seeds : '');
  const mark = (row, column) => {
    marked = row === null ? null : [row, column];
    showMark();
  };
  return { place: [controls, status, place], focus: (row, column) => cellOf(row, column)?.focus(), mark };
};

/** A line below a table. */
const noteView = (note) => {
  if (note.kind === 'ranks') {
    return el('p', {}, el('strong', {}, 'Bold'), ': the best of its column',
      note.hasSecond ? ['; ', el('u', {}, 'underlined'), ': the second'] : '', `${note.text}.`);
  }
  return el('p', { class: note.kind === 'warning' ? 'bad' : null }, note.kind === 'warning' ? 'Warning: ' : '', note.text);
};

/** The figures of an experiment. */
const figuresView = (data) => data.figures.map((figure) => (figure.picture
  ? el('figure', {}, el('a', { href: way(figure.picture) }, el('img', { src: way(figure.picture), alt: figure.title, loading: 'lazy' })),
    el('figcaption', {}, `${figure.title} `, figure.others.map((path) => [fileLink(path, path.split('.').pop()), ' '])))
  : quiet(`${figure.title}: not drawn. `, command(data.drawing))));

/** Everything of an experiment but its table. */
const experimentRest = (data) => [
  el('div', { class: 'notes' }, data.notes.map(noteView)),
  data.appendices.map((each) => el('section', {}, el('h2', {}, each.title),
    plainTable(each.header, each.rows.map((row) => row.map(cellText))),
    el('div', { class: 'notes' }, each.notes.map((text) => el('p', {}, text))))),
  data.preregistered.map((each) => el('section', {}, el('h2', {}, each.name), el('p', {}, each.text))),
  data.problems.length ? el('section', {}, el('h2', {}, 'Missing or failed'),
    el('ul', {}, data.problems.slice(0, 100).map((text) => el('li', {}, text))),
    data.problems.length > 100 ? el('p', {}, `and ${data.problems.length - 100} more`) : '',
    el('p', {}, 'Trains what is missing and tries again what failed:'), command(data.command)) : '',
  data.figures.length ? el('section', { class: 'figures' }, el('h2', {}, 'Figures'), figuresView(data)) : '',
  el('section', {}, el('h2', {}, 'Sources'), lines(data.sources.map((source) => [source.name, source.text])),
    data.files.length ? el('p', {}, data.files.map((path) => [fileLink(path), ' '])) : ''),
];
