// The first view: every experiment by paper, how far it is, and what cannot be used.

/** The profiles, a column for each. */
const PROFILES = ['pocket', 'small', 'paper'];
/** What the list was filtered by. */
let listText = '';

/** `3 missing, 1 diverged`. */
const stateText = (counts) => counts.states.map((state) => `${state.runs.toLocaleString('en')} ${state.name}`).join(', ');

/** How far an experiment is under a profile. */
const partView = (entry, part) => {
  if (!part) return '';
  const progress = `${part.counts.counted.toLocaleString('en')} of ${part.counts.planned.toLocaleString('en')}`;
  if (!part.file) return el('details', {}, el('summary', { class: 'quiet' }, progress), command(part.command));
  const isBad = part.counts.states.some((state) => state.name !== 'missing');
  return [el('a', { href: hashOf(entry.id, part.profile) }, progress),
    part.counts.states.length ? el('div', { class: isBad ? 'bad' : 'quiet' }, stateText(part.counts)) : ''];
};

/** The row of an experiment. */
const entryRow = (entry) => el('tr', {},
  el('th', { scope: 'row' }, el('div', {}, entry.id, entry.aliases.map((alias) => el('span', { class: 'quiet' }, `, ${alias}`))),
    el('div', { class: 'quiet' }, entry.title)),
  PROFILES.map((profile) => el('td', {}, partView(entry, entry.parts.find((part) => part.profile === profile)))));

/** The list of all experiments. */
const listView = (list) => {
  const place = el('div'), status = el('p', { class: 'quiet', role: 'status' });
  const draw = () => {
    const words = listText.toLowerCase().split(/[\s,]+/).filter(Boolean);
    const fits = (entry) => words.every((word) => [entry.id, entry.title, ...entry.aliases].join(' ').toLowerCase().includes(word));
    const groups = list.groups.map((group) => ({ ...group, entries: group.entries.filter(fits) })).filter((group) => group.entries.length);
    const all = groups.flatMap((group) => group.entries), parts = all.flatMap((entry) => entry.parts).filter((part) => part.file);
    status.textContent = `${counted(all.length, 'experiment')}; of ${counted(parts.length, 'table')} with runs `
      + `${parts.reduce((sum, part) => sum + part.counts.counted, 0).toLocaleString('en')} of `
      + `${counted(parts.reduce((sum, part) => sum + part.counts.planned, 0), 'run')} are in their cells`;
    place.replaceChildren(...groups.map((group) => el('section', {}, el('h2', {}, group.heading),
      el('table', { class: 'list' },
        el('thead', {}, el('tr', {}, ['experiment', ...PROFILES].map((text) => el('th', { scope: 'col' }, text)))),
        el('tbody', {}, group.entries.map(entryRow))))));
  };
  const search = el('input', { type: 'search', value: listText, placeholder: 'rank, freezing', autocomplete: 'off', spellcheck: 'false',
    on: { input: () => { listText = search.value; draw(); } } });
  draw();
  const program = list.program, commit = `${program.commit?.slice(0, 12)}${program.isModified ? ', modified' : ''}`;
  return [
    el('h1', { tabindex: -1 }, 'Results'),
    el('div', { class: 'controls' }, el('label', {}, 'experiments ', search)), status, place,
    list.broken.length ? el('section', {}, el('h2', {}, 'Cannot be used'), el('ul', { class: 'bad' },
      list.broken.map((broken) => el('li', {}, `${broken.file}: ${broken.message}`))),
    el('p', {}, 'Says everything: ', command('lowrank check'))) : '',
    list.unknown.length ? el('section', {}, el('h2', {}, 'Of no manifest that is here'),
      el('p', {}, 'Runs in the results whose manifest lies elsewhere or is gone: ', list.unknown.join(', '), '.')) : '',
    el('footer', { class: 'quiet' }, `lowrank ${program.version}${program.commit ? ` (${commit})` : ''}, numerics ${program.numerics}. `,
      command('make report'), ' writes this page anew.'),
  ];
};
