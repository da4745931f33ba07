// The curve: the limit as lines, finite size as a dashed line in its band, simulation as points with standard errors.

import {axis, clipped, colour, kept, scale} from "./axes.js";
import {finite, nearest, short} from "./numbers.js";

const HEIGHT = 380;
const COLOURS = 5;
const MARGIN = 6; // pixels, beside the axes, of points at the ends
const FEW = 40; // points of a curve that are shown as such

export const strokeOf = (names, name) => colour(`--c${names.indexOf(name) % COLOURS}`);
export const dashOf = name => (name.startsWith("training") ? [7, 4] : []);

export class Curve {
  /** picked(x): after a click or Enter.  read(text): what stands under the cursor. */
  constructor(container, picked, read) {
    Object.assign(this, {container, read, picked});
    container.addEventListener("keydown", event => this.key_(event));
  }

  /** picture: curve, band and simulation so far.  look: outputs, shown, words, label, span, logX, logY, here. */
  show(picture, look) {
    Object.assign(this, {picture, look});
    const {x, outputs} = picture.curve;
    const data = [x, ...look.shown.map(name => outputs[name] ?? x.map(() => null))];
    const key = JSON.stringify([look.shown, look.label, look.span, look.logX, look.logY]);
    this.plot = kept(this, this.container, key, () => this.options(), data);
  }

  options() {
    const {look} = this;
    const series = look.shown.map(name => ({
      label: look.words[name], stroke: strokeOf(look.outputs, name), width: 2, dash: dashOf(name), pxAlign: 0,
      points: {show: plot => plot.data[0].length < FEW, size: 5},
    }));
    return {
      width: this.container.clientWidth, height: HEIGHT, legend: {show: false},
      scales: {
        x: scale(look.logX, () => [this.look.span.low, this.look.span.high]),
        y: scale(look.logY, () => this.range()),
      },
      axes: [axis(look.label, look.logX, true), {...axis(this.unit(), look.logY, true), size: 60}],
      series: [{}, ...series],
      cursor: {drag: {x: false, y: false}, y: false, bind: {dblclick: () => null}},
      hooks: {
        drawAxes: [plot => clipped(plot, (ctx, ratio) => this.bands(plot, ctx, ratio))],
        draw: [plot => clipped(plot, (ctx, ratio) => this.points(plot, ctx, ratio), MARGIN)],
        setCursor: [plot => this.tell(plot)],
        ready: [plot => plot.over.addEventListener("click", () => this.pick(plot))],
      },
    };
  }

  unit() {
    const {shown, words} = this.look;
    if (shown.length === 1) return words[shown[0]];
    if (shown.every(name => name.endsWith("misclassification"))) return "share of labels";
    return shown.every(name => /error|objective/.test(name)) ? "squared error, in units of y\u00b2" : "outputs";
  }

  /** Of all that is drawn; from 0 where that is near. */
  range() {
    const {curve, band, simulation} = this.picture;
    const values = [];
    for (const name of this.look.shown) {
      values.push(...(curve.outputs[name] ?? []), ...(simulation?.mean[name] ?? []));
      band?.mean[name]?.forEach((m, i) => values.push(m - band.deviation[name][i], m + band.deviation[name][i]));
    }
    const {logY} = this.look;
    const known = values.filter(value => finite(value) && (!logY || value > 0));
    if (!known.length) return [logY ? 0.1 : 0, 1];
    const [low, high] = [Math.min(...known), Math.max(...known)];
    if (logY) return [low / 1.15, high * 1.15];
    const margin = 0.06 * (high - low) || 0.1 * Math.abs(high) || 1;
    return [low >= 0 && low < 0.6 * high ? 0 : low - margin, high + margin];
  }

  bands(plot, ctx, ratio) {
    const {band} = this.picture;
    for (const name of this.look.shown) {
      if (!band?.mean[name]) continue;
      const at = (i, sign) => [
        plot.valToPos(band.x[i], "x", true),
        plot.valToPos(this.above(band.mean[name][i] + sign * band.deviation[name][i]), "y", true),
      ];
      const places = band.x.map((_, i) => i);
      ctx.fillStyle = ctx.strokeStyle = strokeOf(this.look.outputs, name);
      ctx.globalAlpha = 0.16;
      ctx.beginPath();
      for (const i of places) ctx.lineTo(...at(i, 1));
      for (const i of places.toReversed()) ctx.lineTo(...at(i, -1));
      ctx.fill();
      ctx.globalAlpha = 1;
      ctx.lineWidth = ratio;
      ctx.setLineDash([2 * ratio, 3 * ratio]);
      ctx.beginPath();
      for (const i of places) ctx.lineTo(...at(i, 0));
      ctx.stroke();
      ctx.setLineDash([]);
    }
  }

  points(plot, ctx, ratio) {
    const {simulation} = this.picture;
    const here = plot.valToPos(this.look.here, "x", true);
    ctx.strokeStyle = colour("--soft");
    ctx.lineWidth = ratio;
    ctx.beginPath();
    ctx.moveTo(here, plot.bbox.top);
    ctx.lineTo(here, plot.bbox.top + plot.bbox.height);
    ctx.stroke();
    for (const name of this.look.shown) {
      if (!simulation?.mean[name]) continue;
      ctx.strokeStyle = strokeOf(this.look.outputs, name);
      ctx.fillStyle = colour("--panel");
      ctx.lineWidth = 1.5 * ratio;
      simulation.x.forEach((value, i) => {
        const mean = simulation.mean[name][i];
        if (!finite(mean)) return;
        const x = plot.valToPos(value, "x", true);
        const y = each => plot.valToPos(this.above(each), "y", true);
        const error = simulation.error?.[name][i] ?? 0;
        ctx.beginPath();
        ctx.moveTo(x, y(mean - error));
        ctx.lineTo(x, y(mean + error));
        ctx.stroke();
        ctx.beginPath();
        ctx.arc(x, y(mean), 3.5 * ratio, 0, 2 * Math.PI);
        ctx.fill();
        ctx.stroke();
      });
    }
  }

  /** A value as a logarithmic axis can show it. */
  above(value) {
    return this.look.logY ? Math.max(value, 1e-300) : value;
  }

  /** In words: where each output begins, ends, is lowest and highest. */
  summary() {
    const {x, outputs} = this.picture.curve;
    const lines = this.look.shown.map(name => {
      const known = x.map((at, i) => [outputs[name]?.[i], at]).filter(([value]) => finite(value));
      if (!known.length) return `${name.replaceAll("_", " ")} not solved`;
      const sorted = known.toSorted(([a], [b]) => a - b);
      const [first, last, low, high] = [known[0], known.at(-1), sorted[0], sorted.at(-1)]
        .map(([value, at]) => `${short(value)} at ${short(at)}`);
      return `${name.replaceAll("_", " ")} from ${first} to ${last}, lowest ${low}, highest ${high}`;
    });
    return `Along ${this.look.label}: ${lines.join("; ")}.`;
  }

  tell(plot) {
    const i = plot.cursor.idx;
    if (!finite(i)) return this.read("");
    const values = this.look.shown.map((name, k) => `${name.replaceAll("_", " ")} ${short(plot.data[k + 1][i], 5) || "\u2013"}`);
    this.read(`${this.look.label} = ${short(plot.data[0][i])}: ${values.join(", ")}`);
  }

  pick(plot) {
    if (finite(plot.cursor.idx)) this.picked(plot.posToVal(plot.cursor.left, "x"));
  }

  key_(event) {
    const steps = {ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10, Home: -1e6, End: 1e6};
    if (!this.plot || (!(event.key in steps) && event.key !== "Enter")) return;
    event.preventDefault();
    const x = this.plot.data[0];
    if (event.key === "Enter") return this.place === undefined || this.picked(x[this.place]);
    const now = this.place ?? nearest(x, this.look.here);
    this.place = Math.min(Math.max(now + steps[event.key], 0), x.length - 1);
    this.plot.setCursor({left: this.plot.valToPos(x[this.place], "x"), top: 20});
  }
}
