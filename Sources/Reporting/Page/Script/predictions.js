// What a model answered: counts by class, and the examples one by one with their texts.

/** Rows that are shown at first, and more at a time. */
const ROWS = 40;

/** The name of an answer: a class's, or the number. */
const answerName = (answers, value) => (answers.labels.length && value !== null ? answers.labels[value] ?? String(value) : short(value));

/** How likely the model holds the class of an answer. */
const likelihood = (logits, place) => {
  const most = Math.max(...logits), powers = logits.map((value) => Math.exp(value - most));
  return powers[place] / powers.reduce((sum, value) => sum + value, 0);
};

/** Whether an answer counts as right: the class; of numbers, which are never met, nothing is said. */
const isRight = (answers, values, index) => !answers.labels.length || values[index] === answers.gold[index];

/** How often each class was taken for each. */
const confusion = (answers, counts, title) => {
  const total = counts.flat().reduce((sum, count) => sum + count, 0);
  const right = counts.reduce((sum, row, index) => sum + row[index], 0);
  return el('div', {},
    quiet(`${title}: ${right} of ${total} right. Rows are the right answers, columns the model's.`),
    plainTable(['', ...answers.labels], counts.map((row, index) => [
      answers.labels[index], ...row.map((count, column) => (column === index ? el('strong', {}, count) : count)),
    ])));
};

/** The examples of a set in a table that grows. `others` are the same answers of the cell's other runs. */
const exampleTable = (answers, texts, others) => {
  const values = answers.best ?? answers.last ?? [], isClass = answers.labels.length > 0;
  const state = { onlyWrong: isClass, shown: ROWS };
  const place = el('div', {}), peers = others.filter((other) => other.gold.length === answers.gold.length);
  const rightOf = (index) => peers.filter((other) => isRight(other, other.best ?? other.last ?? [], index)).length;
  const error = (index) => (typeof values[index] === 'number' ? Math.abs(values[index] - answers.gold[index]) : Infinity);
  const header = ['example', 'right', 'best epoch', 'last epoch', ...(isClass ? [] : ['off by']),
    ...(isClass && answers.logitsOf ? ['held likely'] : []),
    ...(isClass && peers.length ? ['other runs right'] : [])];
  const row = (index) => {
    const mark = (list) => (list
      ? el('span', { class: isRight(answers, list, index) ? null : 'bad' }, answerName(answers, list[index])) : '—');
    const words = texts ? el('div', { class: 'words' }, (texts[index] ?? []).map((text) => el('p', {}, text))) : '';
    return [[el('span', { class: texts ? 'quiet' : null }, String(index)), words], answerName(answers, answers.gold[index]),
      mark(answers.best), mark(answers.last),
      ...(isClass ? [] : [short(error(index))]),
      ...(isClass && answers.logitsOf ? [`${(likelihood(answers.logitsOf(index), values[index]) * 100).toFixed(0)} %`] : []),
      ...(isClass && peers.length ? [`${rightOf(index)} of ${peers.length}`] : [])];
  };
  const draw = () => {
    const all = answers.gold.map((_, index) => index).filter((index) => !state.onlyWrong || !isRight(answers, values, index));
    // of numbers those that are furthest off come first
    if (!isClass) all.sort((one, other) => error(other) - error(one) || one - other);
    const shown = all.slice(0, state.shown);
    const beyond = answers.count > answers.gold.length
      ? ` Of ${answers.count} examples the page has the first ${answers.gold.length}; tensors.h5 has all.` : '';
    const total = counted(all.length, state.onlyWrong ? 'wrong answer' : 'example');
    place.replaceChildren(
      el('p', { class: 'quiet', role: 'status' }, `${shown.length} of ${total}.${beyond}`),
      shown.length ? plainTable(header, shown.map(row), { class: 'examples' }) : '',
      shown.length < all.length
        ? button('more', () => { state.shown += 5 * ROWS; draw(); }) : '');
  };
  const box = el('input', { type: 'checkbox', on: { change: () => { state.onlyWrong = box.checked; state.shown = ROWS; draw(); } } });
  box.checked = state.onlyWrong;
  draw();
  return [isClass ? el('p', {}, el('label', {}, box, ' only what the best epoch has wrong')) : '', place];
};

/** The answers of a run. `examples` are the texts of the task's sets, `others` the details of the cell's other runs. */
const answersView = (details, examples, others) => details.answers.map((answers) => {
  const texts = examples?.sets.find((set) => set.set === answers.set)?.texts;
  const peers = others.flatMap((other) => other.answers.filter((each) => each.set === answers.set));
  return el('section', {}, el('h4', {}, answers.set),
    answers.bestCounts ? confusion(answers, answers.bestCounts, 'Best epoch') : '',
    answers.lastCounts && JSON.stringify(answers.lastCounts) !== JSON.stringify(answers.bestCounts)
      ? confusion(answers, answers.lastCounts, 'Last epoch') : '',
    exampleTable(answers, texts, peers),
    texts ? '' : quiet('What the examples say is not in the page: their files were not at hand when it was written.'));
});

/** What a model wrote; where the best epoch is the last one, once. */
const textsView = (details, record) => {
  const isOne = record.bestEpoch === record.lastEpoch, all = details.texts.filter((texts, index) => !isOne || index === 0);
  return all.map((texts) => el('section', {}, el('h4', {}, isOne ? 'best epoch, which is the last' : `${texts.epoch} epoch`),
    quiet(`${texts.shown.length} of ${counted(texts.count, 'text')}; texts-${texts.epoch}.jsonl has all.`),
    texts.shown.map((text) => el('article', { class: 'text' },
      lines([['set', text.set], ['prompt', text.source], ['written', text.output],
        ...text.references.map((reference, index) => [index === 0 ? 'right' : 'or', reference]),
        ...(text.score === null || text.score === undefined ? [] : [['score', short(text.score)]])])))));
};
