// What the curve and the map share: axes of uPlot in the colours of the page, and a cursor that the keyboard moves.

import {short} from "./numbers.js";

export const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const FONT = "12px system-ui, sans-serif";
const LABEL = "13px system-ui, sans-serif";

export function axis(label, logarithmic, grid) {
  return {
    label, labelFont: LABEL, font: FONT, stroke: colour("--ink"), size: 30, labelSize: 22,
    grid: {show: grid, stroke: colour("--grid"), width: 1},
    ticks: {stroke: colour("--line"), width: 1, size: 5},
    values: (plot, splits) => splits.map(value => (value === null ? "" : short(value))),
    ...(logarithmic ? {filter: labelled} : {}),
  };
}

/** Of a logarithmic axis: 1, 2, 5 in each decade where there is room, otherwise powers of ten. */
function labelled(plot, splits, side, space, increment) {
  const [low, high] = [splits[0], splits.at(-1)];
  const first = high / low > 2e3 ? [1] : high / low > 10 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  return splits.map(value => {
    const digit = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
    return first.some(each => Math.abs(digit - each) < 1e-6) ? value : null;
  });
}

export const scale = (logarithmic, range) => ({time: false, distr: logarithmic ? 3 : 1, range});

/** Makes a plot anew where `key` has changed, otherwise gives the one that is there. */
export function kept(holder, container, key, options, data) {
  const full = `${key} ${container.clientWidth} ${colour("--ink")}`;
  if (holder.key !== full) {
    holder.plot?.destroy();
    holder.plot = new window.uPlot(options(), data, container);
    holder.key = full;
  } else {
    holder.plot.setData(data);
  }
  return holder.plot;
}

/** Draws inside the axes, and up to `margin` pixels beside them. */
export function clipped(plot, draw, margin = 0) {
  const {ctx, bbox} = plot;
  const ratio = window.devicePixelRatio;
  const beside = margin * ratio;
  ctx.save();
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.rect(bbox.left - beside, bbox.top - beside, bbox.width + 2 * beside, bbox.height + 2 * beside);
  ctx.clip();
  draw(ctx, ratio);
  ctx.restore();
}
