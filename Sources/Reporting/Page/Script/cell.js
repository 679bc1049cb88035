// A cell that was opened: its runs side by side, their curves over each other, and one of them in full.

/** Runs whose losses are drawn over each other, lines of scores, and runs that are listed at first. */
const MOST_LOSSES = 8, MOST_LINES = 100, MOST_LISTED = 25;
/** The tab that was open last, so that cells can be compared. */
let lastTab = 'answers';

/** Every metric, on the sets that chose the best epoch and on those that are only reported: `{key, metric, sets, isShare, isPrimary}`. */
const kindsOf = (records) => {
  const kinds = new Map();
  for (const scores of records.flatMap((record) => record.scores)) {
    const key = `${scores.metric}, ${scores.chooses ? 'chooses' : 'reported'}`;
    if (!kinds.has(key)) kinds.set(key, { ...scores, key, sets: new Set() });
    kinds.get(key).sets.add(scores.split);
  }
  // what chooses first, and of that what decides
  const order = (kind) => (kind.chooses ? 0 : 2) + (kind.isPrimary ? 0 : 1);
  return [...kinds.values()].sort((one, other) => order(one) - order(other));
};

/** `accuracy on validation`. */
const kindName = (kind) => `${kind.metric} on ${[...kind.sets].join(' and ')}`;

/** The score of a run's epoch: the mean of a metric over its sets. */
const scoreAt = (record, kind, epoch) => {
  const own = record.scores.filter((each) => each.metric === kind.metric && each.chooses === kind.chooses);
  const values = own.map((each) => each.values[epoch - 1] ?? null);
  return values.length && values.every((value) => value !== null) ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
};

/** The curves of a metric by epoch, a line for each run, the best epochs marked. */
const scoreChart = (runs, kind, seed) => {
  const series = runs.slice(0, MOST_LINES).concat(runs.slice(MOST_LINES).filter((run) => run.seed === seed)).map((run) => {
    const record = run.record;
    const points = record.updates.map((_, index) => [index + 1, scoreAt(record, kind, index + 1)]);
    const best = record.bestEpoch ? scoreAt(record, kind, record.bestEpoch) : null;
    return { name: seedName(run.seed), points, isStrong: run.seed === seed,
      marks: best === null ? [] : [[record.bestEpoch, best, `${seedName(run.seed)}, best epoch ${record.bestEpoch}`]] };
  });
  const format = kind.isShare ? (value) => short(value * 100) : short;
  return chart(series, { title: `${kindName(kind)}, by epoch`, x: 'epoch', y: kind.metric, format });
};

/** The losses of the runs whose details are there. */
const lossChart = (runs, details, seed) => {
  const series = runs.flatMap((run) => {
    const curve = details.get(run.record.identity)?.curves.find((each) => each.name === 'loss');
    return curve ? [{ curve, name: seedName(run.seed), points: curvePoints(curve), isStrong: run.seed === seed }] : [];
  });
  const title = series.length ? curveTitle({ ...series[0].curve, name: 'training loss' }) : 'training loss';
  return chart(series, { title, x: 'step', y: 'loss' });
};

/** The list of a cell's runs; `onChoose` is told the seed of the one that is chosen. */
const runList = (runs, seed, onChoose) => {
  const kind = kindsOf(runs.flatMap((run) => run.record ?? []))[0];
  const at = (run, epoch) => (run.record && epoch ? scoreText(scoreAt(run.record, kind, epoch), kind.isShare) : '—');
  const timeOf = (run) => run.record?.timing.find(([name]) => name === 'time')?.[1] ?? '—';
  const row = (run) => [
    button(seedName(run.seed), () => onChoose(run.seed), { 'aria-pressed': String(run.seed === seed) }),
    el('span', { class: run.state === 'completed' ? null : run.state === 'missing' ? 'quiet' : 'bad' }, run.state),
    run.score === undefined || run.score === null ? '—' : (run.score * 100).toFixed(2),
    run.record?.bestEpoch ?? '—', at(run, run.record?.bestEpoch), at(run, run.record?.lastEpoch), timeOf(run),
  ];
  const header = ['run', 'state', 'in the cell', 'best epoch', kind ? `${kindName(kind)} there` : 'score there', 'at the end', 'time'];
  const place = el('div');
  const draw = (count) => {
    const shown = runs.filter((run, index) => index < count || run.seed === seed);
    place.replaceChildren(plainTable(header, shown.map(row), { class: 'runs' }), ...(shown.length < runs.length
      ? [button(`all ${runs.length} runs`, () => draw(runs.length))] : []));
  };
  draw(MOST_LISTED);
  return place;
};

/** What the page shows of the cell's runs. `runs` are those of the table, each with what the file of runs adds. */
const cellRuns = (runs, file, task, seed, onSeed) => {
  const recorded = runs.filter((run) => run.record), details = new Map(), failures = new Map();
  const place = el('div'), list = el('div'), charts = el('div', { class: 'charts' }), one = el('section');
  const kinds = kindsOf(recorded.map((run) => run.record));
  const state = { seed: runs.some((run) => run.seed === seed) ? seed : runs[0]?.seed, kind: kinds[0], examples: null };
  const chosen = () => runs.find((run) => run.seed === state.seed);

  const drawCharts = () => {
    if (!kinds.length) return;
    const choice = el('select', {}, kinds.map((kind) => el('option', { selected: kind === state.kind }, kindName(kind))));
    choice.addEventListener('change', () => {
      state.kind = kinds[choice.selectedIndex];
      drawCharts();
      charts.querySelector('select')?.focus();
    });
    const without = recorded.filter((run) => !details.has(run.record.identity)).length;
    charts.replaceChildren(
      el('div', {}, kinds.length > 1 ? el('p', {}, el('label', {}, 'curves of ', choice)) : '',
        scoreChart(recorded, state.kind, state.seed)),
      el('div', {}, lossChart(recorded, details, state.seed),
        without > 0 && details.size > 0 ? quiet(`Losses of ${details.size} of ${counted(recorded.length, 'run')}.`) : ''));
  };
  const drawRun = () => {
    const run = chosen();
    if (!run) return;
    const context = {
      file, examples: state.examples, tab: () => lastTab, onTab: (tab) => { lastTab = tab; },
      failure: (own) => failures.get(own.record?.identity),
      others: (own) => recorded.filter((other) => other !== own).map((other) => details.get(other.record.identity)).filter(Boolean),
    };
    const hadFocus = one.contains(document.activeElement);
    one.setAttribute('aria-label', seedName(run.seed));
    one.replaceChildren(...[el('h3', {}, seedName(run.seed)), runView(run, details.get(run.record?.identity) ?? null, context)]
      .flat(Infinity).filter(Boolean));
    if (hadFocus) one.querySelector('[role="tab"][aria-selected="true"]')?.focus();
  };
  const choose = (next, isFocused) => {
    state.seed = next;
    list.replaceChildren(runList(runs, state.seed, (other) => choose(other, true)));
    if (isFocused) list.querySelector('[aria-pressed="true"]')?.focus();
    onSeed(next);
    drawCharts();
    const record = chosen()?.record;
    if (!record?.details || details.has(record.identity)) {
      drawRun();
      return Promise.resolve();
    }
    one.setAttribute('aria-busy', 'true');
    return read(record).then(() => {
      one.removeAttribute('aria-busy');
      drawCharts();
      drawRun();
    });
  };
  const read = (record) => load('page/runs', record.details).then(
    (found) => { details.set(record.identity, unpackedDetails(found)); },
    (error) => { failures.set(record.identity, error.message); });

  // the chosen run first, then a few others for comparison, then what the examples say
  const others = recorded.filter((run) => run.seed !== state.seed && run.record.details).slice(0, MOST_LOSSES - 1);
  choose(state.seed, false)
    .then(() => Promise.all(others.map((run) => read(run.record))))
    .then(() => (file.examples[task] ? load('page', file.examples[task]).then((found) => { state.examples = found; }, () => null) : null))
    .then(() => { drawCharts(); if (others.length || state.examples) drawRun(); });
  place.append(list, charts, one);
  return place;
};

/** The region that shows a cell. `view` is where it stands; `onClose` is told when it is closed. */
const cellPanel = (table, row, cell, column, seed, onSeed, onClose) => {
  const heading = el('h2', { tabindex: -1 }, `${row.label} on ${column.task}`);
  const place = el('div', {});
  const file = table.runFiles[row.runFiles[table.tasks.indexOf(column.task)]];
  settle(place, load('page', file), (found) => {
    const own = found.cells.find((each) => each.row === row.id && each.task === column.task);
    const more = new Map(own?.runs.map((run) => [run.seed, run]));
    const runs = cell.runs.map((run) => {
      const found = more.get(run.seed);
      return { ...run, ...found, record: found?.record && unpackedRecord(found.record) };
    });
    return cellRuns(runs, found, column.task, seed, onSeed);
  });
  const panel = el('section', { class: 'panel', 'aria-label': 'runs of a cell' },
    el('header', {}, heading, button(['close', el('span', { class: 'quiet' }, ' Esc')], onClose, { class: 'close' })),
    el('p', {}, `${column.title}: `, el('strong', {}, cell.text), suffixView(cell)), place);
  return { panel, heading };
};
