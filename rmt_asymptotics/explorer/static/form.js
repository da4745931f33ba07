// Controls of the fields of a model, of its laws, steps, losses and labels, as the vocabulary describes them.

import {at, finite, share, short, typed} from "./numbers.js";

const POSITIONS = 400; // of a slider

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** The values with which a record begins; those of `kept` that it has too are kept. */
export function begun(entries, kept = {}) {
  return Object.fromEntries(entries.map(e => [e.name, e.name in kept ? kept[e.name] : structuredClone(e.start)]));
}

/** The fields of a model that are numbers, those of its records too: [["step.rate", entry, label], ...]. */
export function numberFields(form, model) {
  const found = [];
  for (const entry of form.models[model.model].fields) {
    if (entry.type === "number") found.push([entry.name, entry, entry.label]);
    if (entry.type !== "record" || !model[entry.name]) continue;
    const record = form.records[entry.kind][model[entry.name][entry.kind]];
    for (const inner of record.fields) {
      if (inner.type === "number") found.push([`${entry.name}.${inner.name}`, inner, `${inner.label} (${entry.label})`]);
    }
  }
  return found;
}

export const valueOf = (model, path) => path.split(".").reduce((inner, name) => inner?.[name], model);

export function setValue(model, path, value) {
  const names = path.split(".");
  names.slice(0, -1).reduce((inner, name) => inner[name], model)[names.at(-1)] = value;
}

/** Puts a control for each entry into a container.  values: changed by them; changed(rebuild): called after that. */
export function build(container, form, entries, values, path, changed) {
  container.replaceChildren(...entries.map(entry => control(form, entry, values, path + entry.name, changed)));
}

function control(form, entry, values, path, changed) {
  const kinds = {number, whole, flag, record, value, functions, function: formula, numbers: list};
  return (kinds[entry.type] ?? text)(form, entry, values, path, changed);
}

function field(entry, path, wide, ...controls) {
  const id = `f-${path}`;
  const label = element("label", {htmlFor: id, title: `${entry.meaning}; ${entry.allowed}`, textContent: entry.label});
  const error = element("p", {className: "error", id: `${id}-error`});
  error.setAttribute("role", "alert");
  for (const each of controls) each.setAttribute("aria-describedby", error.id);
  return element("div", {className: wide ? "field wide" : "field"}, label, ...controls, error);
}

function box(entry, values, path, changed, write, read) {
  const input = element("input", {id: `f-${path}`, type: "text", value: write(values[entry.name])});
  input.dataset.path = path;
  input.addEventListener("change", () => {
    values[entry.name] = read(input.value);
    changed(false);
  });
  return input;
}

function number(form, entry, values, path, changed) {
  const input = box(entry, values, path, moved => (place(), changed(moved)), short, typed);
  input.inputMode = "decimal";
  const slider = element("input", {type: "range", min: 0, max: POSITIONS, step: 1});
  slider.dataset.slider = path;
  slider.setAttribute("aria-label", `${entry.label}, slider`);
  let [low, high] = entry.shown;
  function place() {
    const value = values[entry.name];
    if (finite(value) && !(entry.logarithmic && value <= 0)) {
      [low, high] = [Math.min(low, value), Math.max(high, value)];
      slider.value = Math.round(POSITIONS * share(value, low, high, entry.logarithmic));
    }
    slider.setAttribute("aria-valuetext", short(value));
  }
  slider.addEventListener("input", () => {
    values[entry.name] = at(slider.value / POSITIONS, low, high, entry.logarithmic);
    input.value = short(values[entry.name]);
    slider.setAttribute("aria-valuetext", input.value);
    changed(false);
  });
  place();
  return field(entry, path, false, input, slider);
}

function whole(form, entry, values, path, changed) {
  const input = box(entry, values, path, changed, short, typed);
  input.inputMode = "numeric";
  return optional(field(entry, path, false, input), entry, values, input, changed, typed, String(100 * entry.low));
}

/** A field that may be left out, if it may: with a box to tick in place of a value. */
function optional(made, entry, values, input, changed, read, start) {
  if (!entry.none) return made;
  const none = element("input", {type: "checkbox", checked: values[entry.name] === null});
  input.disabled = none.checked;
  none.setAttribute("aria-label", `${entry.label}: ${entry.none}`);
  none.addEventListener("change", () => {
    input.disabled = none.checked;
    input.value ||= start;
    values[entry.name] = none.checked ? null : read(input.value);
    changed(false);
  });
  made.insertBefore(element("label", {className: "flag"}, none, entry.none), made.lastChild);
  return made;
}

function flag(form, entry, values, path, changed) {
  const input = element("input", {id: `f-${path}`, type: "checkbox", checked: values[entry.name]});
  input.dataset.path = path;
  input.addEventListener("change", () => {
    values[entry.name] = input.checked;
    changed(false);
  });
  return field(entry, path, false, input);
}

const listed = value => (Array.isArray(value) && !Array.isArray(value[0]) ? value.join(", ") : short(value));
const numbersOf = text => (text.trim().startsWith("[") ? typed(text) : text.split(",").map(typed));

function list(form, entry, values, path, changed) {
  const input = box(entry, values, path, changed, listed, numbersOf);
  return optional(field(entry, path, true, input), entry, values, input, changed, numbersOf, "1");
}

/** Formulas with semicolons between them. */
function functions(form, entry, values, path, changed) {
  const read = text => text.split(";").map(each => each.trim()).filter(Boolean);
  return field(entry, path, true, box(entry, values, path, changed, value => value.join("; "), read));
}

/** An argument: a number, or several with commas. */
function value(form, entry, values, path, changed) {
  const read = text => (text.includes(",") ? numbersOf(text) : typed(text));
  return field(entry, path, false, box(entry, values, path, changed, listed, read));
}

function text(form, entry, values, path, changed) {
  const input = box(entry, values, path, changed, value => JSON.stringify(value), JSON.parse);
  input.readOnly = true; // of a kind that only files can give
  return field(entry, path, true, input);
}

function formula(form, entry, values, path, changed) {
  const input = box(entry, values, path, changed, String, value => value.trim());
  input.spellcheck = false;
  const names = element("datalist", {id: `known-${path}`}, ...entry.known.map(value => element("option", {value})));
  input.setAttribute("list", names.id);
  const made = field(entry, path, true, input);
  made.append(names);
  return made;
}

function record(form, entry, values, path, changed) {
  const records = form.records[entry.kind];
  const select = element("select", {id: `f-${path}`});
  select.dataset.path = path;
  if (entry.none) select.append(element("option", {value: "", textContent: entry.none}));
  select.append(...Object.keys(records).map(value => element("option", {value, textContent: value})));
  const inner = element("div");
  function show() {
    const value = values[entry.name];
    select.value = value?.[entry.kind] ?? "";
    const entries = value ? records[value[entry.kind]]?.fields ?? [] : [];
    build(inner, form, entries, value, `${path}.`, changed);
  }
  select.addEventListener("change", () => {
    const name = select.value;
    values[entry.name] = name ? {[entry.kind]: name, ...begun(records[name].fields, values[entry.name] ?? {})} : null;
    show();
    changed(true);
  });
  show();
  const made = field(entry, path, true, select);
  made.insertBefore(inner, made.lastChild);
  inner.className = "inner";
  return made;
}

/** Says under its control what is wrong, and under no other; returns whether there is such a control. */
export function refuse(path, allowed) {
  for (const error of document.querySelectorAll(".field .error, .span .error")) error.textContent = "";
  for (const input of document.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  const input = path && document.getElementById(`f-${path}`);
  const error = input && document.getElementById(`f-${path}-error`);
  if (!error) return false;
  input.setAttribute("aria-invalid", "true");
  error.textContent = `It must be ${allowed}.`;
  return true;
}
