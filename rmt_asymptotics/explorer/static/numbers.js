// Numbers: how they are written, and how sliders and axes move over them.

export const finite = value => typeof value === "number" && Number.isFinite(value);

/** A number in few characters: 0.0123, 1.5, 2e-7. */
export function short(value, digits = 4) {
  if (value === null || value === undefined || value === "") return "";
  if (Array.isArray(value)) return JSON.stringify(value);
  if (!finite(value)) return String(value);
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5) ? rounded.toExponential() : String(rounded);
  return text.replace("e+", "e").replace(/^-/, "\u2212");
}

/** What is typed as a number if it is one, else the text itself: the explorer says what is wrong with it. */
export function typed(text) {
  const plain = text.trim().replaceAll("\u2212", "-");
  if (plain.startsWith("[")) return matrix(plain);
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : plain;
}

function matrix(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const forward = (x, logarithmic) => (logarithmic ? Math.log(x) : x);
const backward = (x, logarithmic) => (logarithmic ? Math.exp(x) : x);

/** Where a value stands between low and high, from 0 to 1. */
export function share(value, low, high, logarithmic) {
  const [a, b, x] = [low, high, value].map(each => forward(each, logarithmic));
  return (x - a) / (b - a);
}

/** The value at a share, to four digits. */
export function at(part, low, high, logarithmic) {
  const [a, b] = [low, high].map(each => forward(each, logarithmic));
  const value = part <= 0 ? low : part >= 1 ? high : backward(a + part * (b - a), logarithmic);
  const unit = Math.abs(logarithmic ? value : high - low);
  const step = 10 ** (Math.floor(Math.log10(unit)) - 3);
  return Number((Math.round(value / step) * step).toPrecision(8));
}

/** The place of the value in a sorted array that is nearest to x. */
export function nearest(sorted, x) {
  let best = 0;
  for (let i = 1; i < sorted.length; i++) if (Math.abs(sorted[i] - x) < Math.abs(sorted[best] - x)) best = i;
  return best;
}
