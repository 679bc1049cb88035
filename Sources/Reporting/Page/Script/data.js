// The files of data. Each calls `lowrankData` with its own name and JSON; a page on a disk can read a file in no other way.

const taken = new Map(), loading = new Map();
/** The version of the files that this page reads. */
const FORMAT = 1;

window.lowrankData = (name, json) => { taken.set(name, JSON.parse(json)); };

// The one place that makes an address of a script, and of no other than the page's own files.
const scripts = { createScriptURL: (address) => {
  if (!/^page\/(runs\/)?[A-Za-z0-9._~%-]+\.js$/.test(address)) throw new TypeError('no file of the page');
  return address;
} };
const policy = window.trustedTypes ? window.trustedTypes.createPolicy('lowrank', scripts) : scripts;

/** A file of data that is not there or cannot be used. */
class LoadError extends Error {}

/** What a file of data holds; a promise that fails with what to do where it is not there. */
const load = (folder, name) => {
  if (!loading.has(name)) {
    loading.set(name, new Promise((resolve, reject) => {
      const script = document.createElement('script');
      const fail = (what) => {
        loading.delete(name);
        reject(new LoadError(`${folder}/${name} ${what}. If the page was written anew meanwhile, load it again; `
          + "else 'lowrank page' writes it."));
      };
      script.onerror = () => fail('is not there or cannot be read');
      script.onload = () => {
        script.remove();
        const value = taken.get(name);
        if (value === undefined) fail('is damaged');
        else if (value.format !== undefined && value.format !== FORMAT) fail('is of another version of the program');
        else resolve(value);
      };
      script.src = policy.createScriptURL(way(`${folder}/${name}`));
      document.head.append(script);
    }));
  }
  return loading.get(name);
};

/** Numbers that the data has as one text; `-` is none. */
const numbers = (text) => (text ? text.split(' ').map((part) => (part === '-' ? null : Number(part))) : []);

/** What a record says, its numbers as lists. */
const unpackedRecord = (record) => ({
  ...record, updates: numbers(record.updates), scores: record.scores.map((each) => ({ ...each, values: numbers(each.values) })),
});

/** What a run's folder holds, its numbers as lists. */
const unpackedDetails = (details) => ({
  ...details,
  curves: details.curves.map((curve) => ({ ...curve, values: numbers(curve.values) })),
  decisions: details.decisions.map((decision) => ({ ...decision, rows: decision.rows.map(numbers) })),
  answers: details.answers.map((answers) => {
    const list = (text) => (text === undefined ? null : numbers(text)), logits = list(answers.logits), width = answers.labels.length;
    const logitsOf = logits && width ? (index) => logits.slice(index * width, (index + 1) * width) : null;
    return { ...answers, gold: numbers(answers.gold), best: list(answers.best), last: list(answers.last), logitsOf };
  }),
});

/** What is shown in place of what could not be. */
const alertView = (text) => el('p', { class: 'bad', role: 'alert' }, text);

/** Puts what a promise gives into an element, or why there is nothing. */
const settle = (place, promise, show) => {
  place.setAttribute('aria-busy', 'true');
  return promise.then((value) => place.replaceChildren(...[show(value)].flat(Infinity).filter(Boolean)))
    .catch((error) => {
      place.replaceChildren(alertView(error.message));
      if (!(error instanceof LoadError)) console.error(error);
    })
    .finally(() => place.removeAttribute('aria-busy'));
};
