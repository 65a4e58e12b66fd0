// The figures of the page of the map, each with what it says.
import { bands, differences, heatmap, intervals } from '../../../packages/figures';
import { readRun } from '../../../packages/runs/document';
import { beyondChance, type Estimate, MapTable, type Row, type SettingName } from '../../../packages/runs/map';
import { isStandard as isStandardIn, nameValue, type Settings } from '../../../packages/runs/shorthands';

type Group = Partial<Settings> & { runs: MapTable };

const isStandard = ({ run }: Row, name: SettingName) => isStandardIn(readRun(run), name);

/** Runs with their name in a figure. */
interface Named {
  label: string;
  runs: MapTable;
}

const percent = (share: number) => 100 * share;
const written = (share: number, digits = 2) => `${percent(share).toFixed(digits)} %`;
export const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;

/** How many of the differences are beyond chance. */
function sayMarked(marked: boolean[]) {
  const count = marked.filter(Boolean).length;
  if (marked.length === 1) return `The difference is ${count === 1 ? '' : 'not '}larger than chance.`;
  if (count === 0) return `None of the ${marked.length} differences is larger than chance.`;
  return `${count} of ${marked.length} differences ${count === 1 ? 'is' : 'are'} larger than chance.`;
}

const named = ({ label, mean, low, high }: { label: string } & Estimate) =>
  `${label} with ${written(mean)}${Number.isFinite(low) ? ` (${written(low)} to ${written(Math.min(1, high))})` : ''}`;
const highest = (one: { label: string } & Estimate) => `Highest: ${named(one)}.`;

/** Groups that have no place in a figure, in words. */
const farBelow = (groups: Named[]) =>
  groups.length > 0 &&
  `Far below, and not in the first figure: ${groups.map(({ label, runs }) => named({ label, ...runs.mean() })).join('; ')}.`;

/** One after the other; after a Chinese full stop without a blank. */
export const sentences = (all: string[]) => all.join(' ').replace(/(?<=[。！？]) /g, '');

/**
 * The settings that tell runs apart: those that differ among runs that have them, except the seed, and except an α that
 * is the surrogate's own in all of them.
 */
export const settingsOf = (map: MapTable) =>
  map.varied.filter((name) => {
    if (name === 'seed' || (name === 'alpha' && map.rows.every((row) => isStandard(row, name)))) return false;
    return map.values(name).filter((value) => value !== null).length > 1;
  });

/** Groups of a grid, each with its name: the values of the settings that differ among runs of its network. */
const namedGroups = (map: MapTable, names: SettingName[]) =>
  map.by(...names).map((group) => {
    const alike = map.where({ network: group.runs.rows[0].network });
    const shown = names.filter((name) => name === 'network' || alike.values(name).length > 1);
    return { ...group, label: shown.map((name) => nameValue(name, group[name])).join(' · ') };
  });

/** @param estimates in per cent */
const columns = (estimates: Estimate[]) => ({
  mean: estimates.map(({ mean }) => percent(mean)),
  low: estimates.map(({ low }) => percent(low)),
  high: estimates.map(({ high }) => percent(Math.min(1, high))),
});

const epochsOf = (map: MapTable) => map.values('epochs').join(' or ');
const accuracyAfter = (map: MapTable, ...about: (string | false)[]) =>
  `Test accuracy after ${epochsOf(map)} epochs${about.some(Boolean) ? `: ${about.filter(Boolean).join(', ')}` : ''}`;
const sharedSeeds = (a: MapTable, b: MapTable) =>
  a.values('seed').filter((seed) => b.values('seed').includes(seed)).length;

/** Differences of pairs of runs, with a mark on those beyond chance. */
function differenceFigure(pairs: (Named & { from: MapTable })[], title: string, reference: string) {
  const known = pairs.filter(({ runs, from }) => sharedSeeds(runs, from) >= 2);
  if (known.length === 0) return undefined;
  const found = known.map(({ runs, from }) => runs.minus(from));
  const marked = beyondChance(found.map(({ p }) => p));
  const figure = differences(
    known.map(({ label }) => label),
    columns(found),
    marked,
    { title, xlabel: 'percentage points', digits: 2, reference },
  );
  return { figure, said: sayMarked(marked) };
}

/** A group this far below the best would press all others of a figure together. */
const FAR = 0.15;

/** The group with the highest mean. */
const best = (groups: Named[]) =>
  groups.map((group) => ({ ...group, ...group.runs.mean() })).reduce((a, b) => (b.mean > a.mean ? b : a));

/**
 * Accuracy of each setting, what differs from the first or the tutorial's, and how it grew.
 * @param about what its runs have in common, where the page does not say so
 */
function compare(map: MapTable, about = '') {
  const names = settingsOf(map);
  const axes = { title: accuracyAfter(map, about), xlabel: 'test accuracy (%)', digits: 2 };
  const series = names.find((name) => map.values(name).every((value) => typeof value === 'boolean'));
  if (series !== undefined && map.by(...names).length > 12) return compareSeries(map, names, series, axes);
  const rows = namedGroups(map, names);
  // The test images may not choose a learning rate: where all else was run with each, runs of the same one are
  // compared.
  const all = names.includes('learningRate') ? map.values('learningRate') : [];
  const isCrossed = all.length * map.by(...names.filter((name) => name !== 'learningRate')).length === rows.length;
  const rates = isCrossed ? all : [undefined];
  const changes = rates.map((rate) => {
    const alike = rows.filter(({ learningRate }) => rate === undefined || learningRate === rate);
    const standard = alike.findIndex(({ runs }) => names.every((name) => isStandard(runs.rows[0], name)));
    const reference = alike[Math.max(0, standard)];
    return differenceFigure(
      alike.filter((row) => row !== reference).map((row) => ({ ...row, from: reference.runs })),
      `Difference from ${reference.label}`,
      reference.label,
    );
  });
  const last = Math.max(...map.values('epochs'));
  const curves = rows.filter(({ runs }) => runs.rows[0].epochs === last);
  // More curves than the theme has colours: those of the tutorial's other settings tell enough.
  const few = curves.filter(({ runs }) =>
    names.every((name) => name === 'network' || name === 'loss' || isStandard(runs.rows[0], name)),
  );
  const growth = last < 20 ? undefined : growthFigure(curves.length > 7 ? few : curves);
  const labels = rows.map(({ label }) => label);
  const means = [{ name: 'mean', ...columns(rows.map(({ runs }) => runs.mean())) }];
  return {
    figures: [intervals(labels, means, axes), ...changes.map((change) => change?.figure), growth],
    said: [
      highest(best(rows)),
      ...changes.map((change, i) =>
        change && changes.length > 1 ? `With ${nameValue('learningRate', rates[i])}: ${change.said}` : change?.said,
      ),
    ],
  };
}

/**
 * The same of many groups: a row for two of them, without and with a setting.
 * @param series the setting
 */
function compareSeries(
  map: MapTable,
  names: SettingName[],
  series: SettingName,
  axes: { title: string; xlabel: string; digits: number },
) {
  const rowNames = names.filter((name) => name !== series);
  const all = namedGroups(map, names);
  const top = best(all);
  const far = all.filter(({ runs }) => top.mean - runs.mean().mean > FAR);
  const near = namedGroups(map, rowNames).filter(
    (row) => !far.some(({ runs }) => row.runs.rows.includes(runs.rows[0])),
  );
  const shown = map.values(series).map((value) => ({
    name: nameValue(series, value),
    ...columns(near.map(({ runs }) => runs.where({ [series]: value }).mean())),
  }));
  const change = changeFigure(withoutFirst(map, series), series, rowNames);
  const labels = near.map(({ label }) => label);
  return {
    figures: [intervals(labels, shown, axes), change?.figure],
    said: [highest(top), farBelow(far), change?.said],
  };
}

const growthFigure = (groups: Named[]) =>
  bands(
    groups.map(({ label, runs }) => {
      const curve = runs.curve();
      return { name: label, x: curve.map(({ epoch }) => epoch), ...columns(curve) };
    }),
    { title: 'Test accuracy while training', xlabel: 'epochs', ylabel: 'test accuracy (%)', logX: true },
  );

/**
 * τ × T, a heat map for each further setting, with the same colours, and what the last of them changes at each place.
 */
function surface(map: MapTable) {
  const others = settingsOf(map).filter((name) => name !== 'tau' && name !== 'T');
  const [Ts, taus] = [map.values('T').map(String), map.values('tau').map(String)];
  const groups = namedGroups(map, others);
  const means = groups.map(({ runs }) => {
    const known = new Map(runs.by('tau', 'T').map(({ tau, T, runs: some }) => [`${tau} ${T}`, some.mean().mean]));
    return taus.flatMap((tau) => Ts.map((T) => percent(known.get(`${tau} ${T}`) ?? Number.NaN)));
  });
  const all = means.flat().filter(Number.isFinite);
  const figures = groups.map(({ label }, i) =>
    heatmap(Ts, taus, means[i], {
      title: accuracyAfter(map, label),
      xlabel: 'T',
      ylabel: 'τ',
      valueLabel: 'test accuracy (%)',
      zrange: [Math.min(...all), Math.max(...all)],
      digits: 1,
    }),
  );
  const tops = groups.map(({ label, runs }) => ({ ...best(namedGroups(runs, ['tau', 'T'])), of: label }));
  const change = others.length === 1 ? changeFigure(map, others[0], ['tau', 'T']) : undefined;
  return {
    figures: [...figures, change?.figure],
    said: [
      ...tops.map(({ label, of, ...top }) => highest({ ...top, label: of ? `${of}, ${label}` : label })),
      change?.said,
    ],
  };
}

/** The same runs, first those without a setting: what it changes is how the others differ from them. */
const withoutFirst = (map: MapTable, name: SettingName) =>
  new MapTable([false, true].flatMap((value) => map.where({ [name]: value }).rows));

/** What the second value of a setting changes, for each value of others. */
function changeFigure(map: MapTable, name: SettingName, others: SettingName[]) {
  const [first, second] = map.values(name);
  const groups = map.by(name).map(({ runs }) => namedGroups(runs, others));
  const pairs = groups[1].flatMap(({ label, runs }) => {
    const from = groups[0].find((group) => others.every((other) => group[other] === runs.rows[0][other]))?.runs;
    return from ? [{ label, runs, from }] : [];
  });
  const [one, other] = [nameValue(name, second), nameValue(name, first)];
  return differenceFigure(pairs, `Difference: ${one}, less ${other}`, other);
}

/** Numbers against which curves are drawn. */
const NUMBERS = { T: 'steps per image, T', hidden: 'hidden neurons', tau: 'τ (steps)' };

/**
 * Curves against a number such as T, one for each value of other settings.
 * @param about what its runs have in common, where the page does not say so
 */
function curvesAgainst(map: MapTable, x: keyof typeof NUMBERS, names: SettingName[], about = '') {
  const curves = namedGroups(map, names).map(({ label, runs }) => {
    const points = runs.by(x).map(({ [x]: at, runs: some }) => ({ at: Number(at), ...some.mean() }));
    const only = names.map((name) => nameValue(name, runs.rows[0][name])).join(' · ');
    return { name: label || only, x: points.map(({ at }) => at), ...columns(points) };
  });
  return bands(curves, {
    title: accuracyAfter(map, about),
    xlabel: NUMBERS[x],
    ylabel: 'test accuracy (%)',
    logX: true,
  });
}

/** Curves, one for each value of a setting, and their differences at each number. */
function against(map: MapTable, x: keyof typeof NUMBERS, name: SettingName, about = '') {
  const change = changeFigure(map, name, [x]);
  return { figures: [curvesAgainst(map, x, [name], about), change?.figure], said: [change?.said] };
}

/** How long a memory, by loss: a curve for each, and what detaching the reset changes. */
function memory(map: MapTable) {
  const detached = map.where({ detachReset: true });
  const change = changeFigure(withoutFirst(map, 'detachReset'), 'detachReset', ['loss', 'tau']);
  return {
    figures: [curvesAgainst(detached, 'tau', ['loss'], nameValue('detachReset', true)), change?.figure],
    said: [highest(best(namedGroups(map, settingsOf(map)))), change?.said],
  };
}

/**
 * Hidden neurons: accuracy by their number, what each number adds to the one before it, and what T changes where
 * several are there.
 */
function widths(map: MapTable) {
  const count = ({ runs }: Group) => runs.rows.length;
  const [{ T }] = map.by('T').sort((a, b) => count(b) - count(a));
  const alike = map.where({ T });
  const layers = alike.values('hidden').filter((hidden) => hidden !== 0);
  // Each rate has its own figure: the test images may not choose between them.
  const wider = alike.by('learningRate').map(({ learningRate, runs: ofRate }) => {
    const steps = namedGroups(ofRate, ['hidden']);
    const pairs = steps
      .slice(1)
      .map(({ label, runs }, i) => ({ label: `${label}, less ${steps[i].label}`, runs, from: steps[i].runs }));
    const title = `Difference: more hidden neurons, ${nameValue('learningRate', learningRate)}`;
    return differenceFigure(pairs, title, 'fewer hidden neurons')?.figure;
  });
  const curves = against(alike.where({ hidden: layers }), 'hidden', 'learningRate', nameValue('T', T));
  const parts = namedGroups(map, ['hidden', 'learningRate'])
    .filter(({ runs }) => runs.values('T').length > 1)
    .map(({ label, runs }) => compare(runs, label));
  return {
    figures: [curves.figures[0], ...wider, curves.figures[1], ...parts.flatMap(({ figures }) => figures)],
    said: [highest(best(namedGroups(map, settingsOf(map))))],
  };
}

/** The figures of a grid and what they say, by which settings differ in it. */
export function show(map: MapTable) {
  const names = settingsOf(map);
  if (names.includes('tau') && names.includes('T')) return surface(map);
  const other = names.find((name) => name !== 'T');
  if (names.includes('hidden')) return widths(map);
  if (names.includes('tau') && names.includes('detachReset') && names.includes('loss')) return memory(map);
  if (names.includes('T') && names.length === 2 && other) return against(map, 'T', other);
  return compare(map);
}
