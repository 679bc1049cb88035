// One run of a cell: its curves, answers, decisions, settings, origin and log.

/** Tabs that the arrow keys go through. `tabs` are names with what makes their content. */
const tabList = (label, tabs, chosen, onChoose) => {
  const panel = el('div', { role: 'tabpanel', id: 'run-panel', tabindex: 0 });
  const buttons = tabs.map(([name]) =>
    el('button', { type: 'button', role: 'tab', 'aria-controls': 'run-panel', id: `tab-${name}` }, name));
  const choose = (index, isFocused) => {
    buttons.forEach((button, place) => {
      button.setAttribute('aria-selected', String(place === index));
      button.tabIndex = place === index ? 0 : -1;
    });
    panel.setAttribute('aria-labelledby', buttons[index].id);
    panel.replaceChildren(...[tabs[index][1]()].flat(Infinity).filter(Boolean));
    if (!isFocused) return;
    buttons[index].focus();
    onChoose(tabs[index][0]);
  };
  buttons.forEach((button, index) => {
    button.addEventListener('click', () => choose(index, true));
    button.addEventListener('keydown', (event) => {
      const last = buttons.length - 1;
      const next = { ArrowRight: index === last ? 0 : index + 1, ArrowLeft: index === 0 ? last : index - 1, Home: 0, End: last }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      choose(next, true);
    });
  });
  choose(Math.max(0, tabs.findIndex(([name]) => name === chosen)), false);
  return [el('div', { role: 'tablist', 'aria-label': label }, buttons), panel];
};

/** A dataset of a method's own. */
const decisionView = (decision) => {
  const size = decision.axes.map((axis, index) => `${axis} ${decision.shape[index]}`).join(' × ');
  const heading = el('h4', {}, decision.path, ' ', el('span', { class: 'quiet' }, size));
  if (decision.form === 'mention') return el('section', {}, heading, quiet('Too large to show here: tensors.h5 has it.'));
  if (decision.form === 'lines') {
    const width = decision.rows[0]?.length ?? 0;
    const series = Array.from({ length: width }, (_, column) => ({
      name: decision.columnNames[column] ?? (width === 1 ? decision.path : String(column)), isStrong: width === 1,
      points: decision.rows.map((row, index) => [decision.places[index] + 1, row[column]]),
    }));
    const at = (line, index) => short(line.points.at(index)?.[1] ?? null);
    return el('section', {}, heading, chart(series, { x: decision.axes[0], y: decision.path }),
      el('details', {}, el('summary', { class: 'quiet' }, 'first and last values'),
        plainTable([decision.axes[1] ?? '', 'first', 'last'], series.map((line) => [line.name, at(line, 0), at(line, -1)]))));
  }
  const isTable = decision.shape.length > 1, cells = decision.rows[0] ?? [];
  const columns = isTable ? cells.map((_, column) => decision.columnNames[column] ?? column) : ['value'];
  const names = isTable ? decision.rowNames : decision.columnNames;
  return el('section', {}, heading,
    plainTable([decision.axes[0] ?? '', ...columns],
      decision.rows.map((row, index) => [names[index] ?? String(index), ...row.map(short)])));
};

/** What a run recorded of its method's decisions. */
const decisionsView = (details) =>
  (details.decisions.length ? details.decisions.map(decisionView) : quiet('The method recorded no decision.'));

/** A run's curves beyond the loss. */
const curvesView = (details) => {
  const curves = details.curves.filter((curve) => curve.name !== 'epoch_loss');
  return curves.length
    ? el('div', { class: 'charts' }, curves.map((curve) =>
      chart([{ name: curve.name, points: curvePoints(curve), isStrong: true }],
        { title: curveTitle(curve), x: curve.axis, y: curve.name })))
    : quiet('The run left no curve.');
};

/** The end of a run's log. */
const logView = (details, record) => {
  if (!details.log) return quiet('The run left no log.');
  return [
    details.log.isWhole ? '' : quiet(`The last ${details.log.lines.length} lines; `,
      fileLink(`runs/${record.identity}/log.txt`, 'log.txt'), ' has all.'),
    el('pre', { tabindex: 0, 'aria-label': 'log' }, details.log.lines.join('\n')),
  ];
};

/** Where a run's numbers come from, and what makes them again. */
const originView = (run, file) => {
  const record = run.record;
  return [
    el('p', {}, 'Trains it again and compares every bit:'), command(run.command),
    el('p', {}, 'Prints all that it recorded:'), command(`lowrank show ${record.identity.slice(0, 12)}`),
    el('h4', {}, 'identity'), el('p', { class: 'digest' }, record.identity),
    el('h4', {}, 'program and machine'), lines(file.programs[record.program]),
    record.timing.length ? [el('h4', {}, 'time and memory'), lines(record.timing)] : '',
    el('h4', {}, 'what it read (SHA-256)'), lines(file.digests[record.digests]),
    el('h4', {}, 'what it left (SHA-256)'), lines(record.left),
    el('h4', {}, 'files'),
    el('ul', {}, record.files.map((name) => el('li', {}, fileLink(`runs/${record.identity}/${name}`, name)))),
  ];
};

/** One run. `details` is what its folder holds, or null where the page has not got it; `context` has what the cell's runs share. */
const runView = (run, details, context) => {
  const record = run.record;
  if (!record) {
    return [el('p', {}, 'There is no record of this run that could be used.', run.detail ? ` ${run.detail}` : ''),
      el('p', {}, 'Trains it:'), command(run.command)];
  }
  const more = run.detail && !record.outcome.includes(run.detail) ? `; ${run.detail}` : '';
  const head = el('p', { class: record.outcome === 'completed' && !more ? null : 'bad' }, record.outcome, more);
  const without = () => (record.details || record.problem ? quiet('Not there: see above.') : quiet(
    'Not in the page yet: each call reads a limited number of runs. ', command('lowrank page --all-runs'), ' reads the rest.'));
  const need = (view) => () => (details ? view() : without());
  const tabs = [
    ...(details && details.texts.length ? [['texts', () => textsView(details, record)]] : []),
    ...(!details || details.answers.length ? [['answers', need(() => answersView(details, context.examples, context.others(run)))]] : []),
    ['decisions', need(() => decisionsView(details))],
    ['curves', need(() => curvesView(details))],
    ['settings', () => [lines(record.counts), el('h4', {}, 'settings'), lines(context.file.settings[record.settings])]],
    ['origin', () => originView(run, context.file)],
    ['log', need(() => logView(details, record))],
  ];
  const problems = [record.problem, context.failure(run)].filter(Boolean).map(alertView);
  return [head, problems, tabList('what the run left', tabs, context.tab(), context.onTab)];
};
