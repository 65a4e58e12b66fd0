// The figures on the map's page, each with sentences that describe it.
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

/** Says how many of the differences exceed chance. */
function sayMarked(marked: boolean[]) {
  const count = marked.filter(Boolean).length;
  if (marked.length === 1) return `The difference is ${count === 1 ? '' : 'not '}larger than chance.`;
  if (count === 0) return `None of the ${marked.length} differences is larger than chance.`;
  return `${count} of ${marked.length} differences ${count === 1 ? 'is' : 'are'} larger than chance.`;
}

const named = ({ label, mean, low, high }: { label: string } & Estimate) =>
  `${label} with ${written(mean)}${Number.isFinite(low) ? ` (${written(low)} to ${written(Math.min(1, high))})` : ''}`;
const highest = (one: { label: string } & Estimate) => `Highest: ${named(one)}.`;

/** A sentence about groups that are left out of a figure. */
const farBelow = (groups: Named[]) =>
  groups.length > 0 &&
  `Far below, and not in the first figure: ${groups.map(({ label, runs }) => named({ label, ...runs.mean() })).join('; ')}.`;

/** Joins sentences; there is no space after a Chinese full stop. */
export const joinSentences = (all: string[]) => all.join(' ').replace(/(?<=[。！？]) /g, '');

/** The settings that differ among runs, except the seed, and except α if it is each surrogate's default. */
export const settingsOf = (map: MapTable) =>
  map.varied.filter((name) => {
    if (name === 'seed' || (name === 'alpha' && map.rows.every((row) => isStandard(row, name)))) return false;
    return map.values(name).filter((value) => value !== null).length > 1;
  });

/** The groups of a grid, named by the settings that differ among runs of the same network. */
const namedGroups = (map: MapTable, names: SettingName[]) =>
  map.by(...names).map((group) => {
    const alike = map.where({ network: group.runs.rows[0].network });
    const shown = names.filter((name) => name === 'network' || alike.values(name).length > 1);
    return { ...group, label: shown.map((name) => nameValue(name, group[name])).join(' · ') };
  });

/** @param estimates in percent */
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

/** Paired differences, marked where they exceed chance. */
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
  return { figure, sentence: sayMarked(marked) };
}

/** Groups this far below the best are left out, since they would compress the rest of the figure. */
const FAR = 0.15;

/** The group with the highest mean. */
const best = (groups: Named[]) =>
  groups.map((group) => ({ ...group, ...group.runs.mean() })).reduce((a, b) => (b.mean > a.mean ? b : a));

/**
 * Accuracy of each setting, its difference from the first or the tutorial's, and its learning curve.
 * @param about what the runs have in common, if the page does not say so
 */
function compare(map: MapTable, about = '') {
  const names = settingsOf(map);
  const axes = { title: accuracyAfter(map, about), xlabel: 'test accuracy (%)', digits: 2 };
  const series = names.find((name) => map.values(name).every((value) => typeof value === 'boolean'));
  if (series !== undefined && map.by(...names).length > 12) return compareSeries(map, names, series, axes);
  const rows = namedGroups(map, names);
  // A learning rate must not be chosen by test images, so only runs with the same rate are compared.
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
  // With more curves than the theme has colours, only those with the tutorial's other settings are drawn.
  const few = curves.filter(({ runs }) =>
    names.every((name) => name === 'network' || name === 'loss' || isStandard(runs.rows[0], name)),
  );
  const growth = last < 20 ? undefined : growthFigure(curves.length > 7 ? few : curves);
  const labels = rows.map(({ label }) => label);
  const means = [{ name: 'mean', ...columns(rows.map(({ runs }) => runs.mean())) }];
  return {
    figures: [intervals(labels, means, axes), ...changes.map((change) => change?.figure), growth],
    sentences: [
      highest(best(rows)),
      ...changes.map((change, i) =>
        change && changes.length > 1
          ? `With ${nameValue('learningRate', rates[i])}: ${change.sentence}`
          : change?.sentence,
      ),
    ],
  };
}

/**
 * The same for many groups, as rows of two: without and with a setting.
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
    sentences: [highest(top), farBelow(far), change?.sentence],
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

/** Heat maps over τ and T with a common colour scale, one for each further setting, and the last setting's effect. */
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
    sentences: [
      ...tops.map(({ label, of, ...top }) => highest({ ...top, label: of ? `${of}, ${label}` : label })),
      change?.sentence,
    ],
  };
}

/** Pairs runs without and with a setting, whose differences are its effect. */
const withoutFirst = (map: MapTable, name: SettingName) =>
  new MapTable([false, true].flatMap((value) => map.where({ [name]: value }).rows));

/** The effect of a setting's second value, for each value of other settings. */
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

/** Numeric settings for the x axis. */
const NUMBERS = { T: 'steps per image, T', hidden: 'hidden neurons', tau: 'τ (steps)' };

/**
 * Curves over a numeric setting such as T, one for each value of other settings.
 * @param about what the runs have in common, if the page does not say so
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

/** A curve for each value of a setting, and their differences. */
function against(map: MapTable, x: keyof typeof NUMBERS, name: SettingName, about = '') {
  const change = changeFigure(map, name, [x]);
  return { figures: [curvesAgainst(map, x, [name], about), change?.figure], sentences: [change?.sentence] };
}

/** Accuracy over τ, a curve for each loss, and the effect of detaching the reset. */
function memory(map: MapTable) {
  const detached = map.where({ detachReset: true });
  const change = changeFigure(withoutFirst(map, 'detachReset'), 'detachReset', ['loss', 'tau']);
  return {
    figures: [curvesAgainst(detached, 'tau', ['loss'], nameValue('detachReset', true)), change?.figure],
    sentences: [highest(best(namedGroups(map, settingsOf(map)))), change?.sentence],
  };
}

/** Accuracy over the number of hidden neurons, the gain of each step, and the effect of T if several were run. */
function widths(map: MapTable) {
  const count = ({ runs }: Group) => runs.rows.length;
  const [{ T }] = map.by('T').sort((a, b) => count(b) - count(a));
  const alike = map.where({ T });
  const layers = alike.values('hidden').filter((hidden) => hidden !== 0);
  // Each rate has its own figure, since test images must not choose between them.
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
    sentences: [highest(best(namedGroups(map, settingsOf(map))))],
  };
}

/** The figures and sentences of a grid, depending on which settings differ in it. */
export function show(map: MapTable) {
  const names = settingsOf(map);
  if (names.includes('tau') && names.includes('T')) return surface(map);
  const other = names.find((name) => name !== 'T');
  if (names.includes('hidden')) return widths(map);
  if (names.includes('tau') && names.includes('detachReset') && names.includes('loss')) return memory(map);
  if (names.includes('T') && names.length === 2 && other) return against(map, 'T', other);
  return compare(map);
}
