// The first view: every experiment by paper, how far it is, and what cannot be used.

/** What the list was filtered by. */
let listText = '';

/** `3 missing, 1 diverged`. */
const stateText = (counts) => counts.states.map((state) => `${state.runs.toLocaleString('en')} ${state.name}`).join(', ');

/** The way to an experiment's view. */
const experimentHash = (id, profile) => `#/${encodeURIComponent(id)}/${encodeURIComponent(profile)}`;

/** The rows of an experiment: one for each profile. */
const entryRows = (entry) => entry.parts.map((part, index) => {
  const isBad = part.counts.states.some((state) => state.name !== 'missing');
  return el('tr', {},
    index === 0 ? el('th', { scope: 'row', rowspan: entry.parts.length }, entry.id,
      entry.aliases.map((alias) => el('div', { class: 'quiet' }, alias))) : '',
    index === 0 ? el('td', { class: 'title', rowspan: entry.parts.length }, entry.title) : '',
    el('td', { class: 'name' }, part.file ? el('a', { href: experimentHash(entry.id, part.profile) }, part.profile) : el('span', { class: 'quiet' }, part.profile)),
    el('td', {}, `${part.counts.counted.toLocaleString('en')} of ${part.counts.planned.toLocaleString('en')}`),
    el('td', { class: `name ${isBad ? 'bad' : ''}` }, part.file ? stateText(part.counts) : el('details', {}, el('summary', {}, 'not run'), command(part.command))));
});

/** The list of all experiments. */
const listView = (list) => {
  const place = el('div'), status = el('p', { class: 'quiet', role: 'status' });
  const draw = () => {
    const words = listText.toLowerCase().split(/[\s,]+/).filter(Boolean);
    const fits = (entry) => words.every((word) => [entry.id, entry.title, ...entry.aliases].join(' ').toLowerCase().includes(word));
    const groups = list.groups.map((group) => ({ heading: group.heading, entries: group.entries.filter(fits) })).filter((group) => group.entries.length);
    const all = groups.flatMap((group) => group.entries), parts = all.flatMap((entry) => entry.parts).filter((part) => part.file);
    status.textContent = `${counted(all.length, 'experiment')}; of ${counted(parts.length, 'table')} with runs `
      + `${parts.reduce((sum, part) => sum + part.counts.counted, 0).toLocaleString('en')} of `
      + `${counted(parts.reduce((sum, part) => sum + part.counts.planned, 0), 'run')} are in their cells`;
    place.replaceChildren(...groups.map((group) => el('section', {}, el('h2', {}, group.heading),
      el('div', { class: 'scroll' }, el('table', { class: 'list' },
        el('thead', {}, el('tr', {}, ['experiment', 'title', 'profile', 'runs', 'not in a cell, or collapsed'].map((text) => el('th', { scope: 'col' }, text)))),
        el('tbody', {}, group.entries.map(entryRows)))))));
  };
  const search = el('input', { type: 'search', value: listText, placeholder: 'rank, freezing', autocomplete: 'off', spellcheck: 'false',
    on: { input: () => { listText = search.value; draw(); } } });
  draw();
  return [
    el('h1', { tabindex: -1 }, 'Results'),
    el('div', { class: 'controls' }, el('label', {}, 'experiments ', search)), status, place,
    list.broken.length ? el('section', {}, el('h2', {}, 'Cannot be used'), el('ul', { class: 'bad' },
      list.broken.map((broken) => el('li', {}, `${broken.file}: ${broken.message}`))), el('p', {}, 'Says everything: ', command('lowrank check'))) : '',
    list.unknown.length ? el('section', {}, el('h2', {}, 'Of no manifest that is here'),
      el('p', {}, 'Runs in the results whose manifest lies elsewhere or is gone: ', list.unknown.join(', '), '.')) : '',
    el('footer', { class: 'quiet' }, `lowrank ${list.program.version}`, list.program.commit ? ` (${list.program.commit.slice(0, 12)}${list.program.isModified ? ', modified' : ''})` : '',
      `, numerics ${list.program.numerics}. `, command('make report'), ' writes this page anew.'),
  ];
};
