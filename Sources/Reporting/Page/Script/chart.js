// Lines over numbers, drawn by the page.

const SIZE = { width: 420, height: 210, left: 52, right: 10, top: 10, bottom: 34 };

/** Round numbers from `low` to `high`, about `count` of them. */
const ticks = (low, high, count) => {
  const rough = (high - low) / Math.max(1, count), power = Math.pow(10, Math.floor(Math.log10(rough)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? power;
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  // counted from 0 and up to a number: of places that a number cannot tell apart there is no end
  return Array.from({ length: Math.min(last - first + 1, count + 2) }, (_, index) => (first + index) * step);
};

/** The range of some numbers, a little wider than they are where they are all alike, or differ by no more than rounding does. */
const range = (values) => {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return null;
  const size = Math.max(Math.abs(low), Math.abs(high));
  return high - low <= 1e-12 * size ? [low - (size || 1) * 0.05, high + (size || 1) * 0.05] : [low, high];
};

/** The parts of a line between its gaps, as the text of a path. */
const path = (points, x, y) => {
  let text = '', isOn = false;
  for (const [at, value] of points) {
    if (value === null || value === undefined) {
      isOn = false;
      continue;
    }
    text += `${isOn ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    isOn = true;
  }
  return text;
};

/**
 * A chart with one line for each of `series` (`{name, points: [[x, y]], isStrong, marks: [[x, y, text]]}`).
 * Strong lines are drawn last. `options`: `title` (none where a heading stands above), `x` and `y` (the axes' names),
 * `format` (of the vertical numbers).
 */
const chart = (series, options) => {
  const format = options.format ?? short, drawn = series.filter((line) => line.points.some(([, value]) => value !== null));
  const across = range(drawn.flatMap((line) => line.points.map(([at]) => at)));
  const up = range(drawn.flatMap((line) => line.points.map(([, value]) => value).filter((value) => value !== null)));
  const title = options.title ? el('figcaption', {}, options.title) : '';
  if (!across || !up) return el('figure', { class: 'chart' }, title, quiet('No number to draw.'));
  const { width, height, left, right, top, bottom } = SIZE;
  const x = (value) => left + ((value - across[0]) / (across[1] - across[0])) * (width - left - right);
  const y = (value) => height - bottom - ((value - up[0]) / (up[1] - up[0])) * (height - top - bottom);
  const label = `${options.title ?? options.y}: ${counted(drawn.length, 'line')}, ${options.y} from ${format(up[0])} to ${format(up[1])}, `
    + `${options.x} from ${short(across[0])} to ${short(across[1])}`;
  const ordered = [...drawn.filter((line) => !line.isStrong), ...drawn.filter((line) => line.isStrong)];
  return el('figure', { class: 'chart' }, title,
    svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label },
      ticks(up[0], up[1], 4).map((value) => [
        svg('line', { class: 'rule', x1: left, x2: width - right, y1: y(value), y2: y(value) }),
        svg('text', { class: 'tick', x: left - 6, y: y(value) + 4, 'text-anchor': 'end' }, format(value)),
      ]),
      ticks(across[0], across[1], 6).filter(Number.isInteger).map((value) =>
        svg('text', { class: 'tick', x: x(value), y: height - bottom + 15, 'text-anchor': 'middle' }, short(value))),
      svg('line', { class: 'axis', x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }),
      svg('text', { class: 'tick', x: (left + width - right) / 2, y: height - 4, 'text-anchor': 'middle' }, options.x),
      ordered.map((line) => svg('g', { class: line.isStrong ? 'strong' : null },
        svg('path', { class: 'line', d: path(line.points, x, y) }, svg('title', {}, line.name)),
        line.points.length === 1 && line.points.map(([at, value]) => svg('circle', { class: 'mark', cx: x(at), cy: y(value), r: 3 })),
        (line.marks ?? []).map(([at, value, text]) =>
          svg('circle', { class: 'mark', cx: x(at), cy: y(value), r: 3.5 }, svg('title', {}, text)))))));
};

/** The points of a curve whose values are means of neighbours, each at the middle of its own. */
const curvePoints = (curve) =>
  curve.values.map((value, index) => {
    const first = index * curve.width, last = Math.min(first + curve.width, curve.count);
    return [(first + 1 + last) / 2, value];
  });

/** `gradient_norm` as a title, with what its points are. */
const curveTitle = (curve) => curve.name.replaceAll('_', ' ') + (curve.width > 1 ? `, means of ${curve.width} ${curve.axis}s` : '');
