"use strict";
// The explorer. `data` is what viz/explorer.py wrote; nothing else is asked for, from anywhere.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const number = (x) => (typeof x === "string" ? { nan: NaN, inf: Infinity, "-inf": -Infinity }[x] : x);
const N = data.kinds.length;
const edges = data.edges.map(([source, target, slot, rule, local, flow], id) =>
  ({ id, source, target, slot, rule: data.texts[rule], local: number(local), flow: number(flow) }));
const into = Array.from({ length: N }, () => []), from = Array.from({ length: N }, () => []);
for (const e of edges) { into[e.target].push(e); from[e.source].push(e); }
const value = data.values.map(number), grad = data.grads.map(number);
const order = data.backward, place = new Map(order.map((id, i) => [id, i]));
const LAST = data.whole ? N + order.length : 0;
// Of a very large graph each node is a module of many values.
const counted = (members, which) => members.reduce((sum, i) => sum + (data.counts ? data.counts[i][which] : which ? Number(data.kinds[i] === "parameter") : 1), 0);
const opOf = (i) => (data.ops[i] === null ? null : data.texts[data.ops[i]]);
const signOf = (i) => data.signs[opOf(i)] || opOf(i);
const pathOf = (i) => data.paths[data.modules[i]];

// ---- numbers as text: short, and never 0 for what is not 0 ----
function short(x, digits = 4) {
  if (x === null || x === undefined) return "–";
  if (typeof x === "object") return x.cells.length === 1 && x.all ? short(number(x.cells[0]), digits) : x.least === x.most && !x.bad ? `${short(number(x.mean), digits)} everywhere` : `${short(number(x.mean), 3)} [${short(number(x.least), 3)} … ${short(number(x.most), 3)}]`;
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e6 || size < 1e-4) return x.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e");
  return String(Number(x.toPrecision(digits)));
}
const sizeOf = (x) => (x && typeof x === "object" ? (Math.abs(number(x.most)) > Math.abs(number(x.least)) ? number(x.most) : number(x.least)) : x);

// ---- what is known after some steps ----
let step = 0, sums = new Map();
function replay(steps) {
  const found = new Map();
  if (!data.whole || steps < N || !order.length) return found;
  found.set(data.output, 1);
  if (data.kind === "tensor") { for (const id of order.slice(0, steps - N + 1)) found.set(id, grad[id]); return found; }
  for (const id of order.slice(0, steps - N)) {
    const g = found.get(id) || 0;
    for (const e of into[id]) if (e.local !== null) found.set(e.source, (found.get(e.source) || 0) + (g ? g * e.local : 0));
  }
  return found;
}
const known = (i) => !data.whole || i < step;
const gradNow = (i) => (!data.whole ? grad[i] : step >= N && sums.has(i) ? sums.get(i) : null);
const complete = (i) => !data.whole || place.has(i) && step >= N + place.get(i);
const current = () => (!data.whole || step === 0 ? -1 : step <= N ? step - 1 : order[step - N - 1]);

// ---- folding: which boxes are to be seen ----
const open = new Set();
const ancestors = (path) => { const parts = path ? path.split(".") : []; return parts.map((_, i) => parts.slice(0, i + 1).join(".")); };
const folded = (i) => ancestors(pathOf(i)).find((path) => !open.has(path));
// Four or more folded modules that lie side by side and are alike, such as the neurons of a layer, are one box, "x 16".
const apart = new Set(), REPEATS = 4;
const familyOf = (path) => path.replace(/\d+$/, "");
function families() {
  const sizes = new Map(), kin = new Map();
  for (let i = 0; i < N; i++) { const path = folded(i); if (path !== undefined) sizes.set(path, (sizes.get(path) || 0) + 1); }
  for (const [path, size] of sizes) { const family = familyOf(path); if (family === path) continue; const key = `${family}*${size}`; if (!kin.has(key)) kin.set(key, []); kin.get(key).push(path); }
  const found = new Map();
  for (const [key, paths] of kin) if (paths.length >= REPEATS && !apart.has(key)) for (const path of paths) found.set(path, { key, count: paths.length, first: paths[0], last: paths[paths.length - 1] });
  return found;
}
let boxes = [], links = [], boxOf = [], byKey = new Map();
function arrange() {
  byKey = new Map(); boxes = []; boxOf = new Array(N);
  const kin = families();
  for (let i = 0; i < N; i++) {
    const path = folded(i), family = path === undefined ? undefined : kin.get(path), key = path === undefined ? `n${i}` : family ? `f${family.key}` : `m${path}`;
    if (!byKey.has(key)) {
      const box = { key, path, family, node: path === undefined ? i : -1, members: [], at: boxes.length, x: 0, y: 0 };
      byKey.set(key, box); boxes.push(box);
    }
    const box = byKey.get(key); box.members.push(i); boxOf[i] = box;
  }
  const seen = new Map(); links = [];
  for (const e of edges) {
    const a = boxOf[e.source], b = boxOf[e.target];
    if (a === b) continue;
    const key = `${a.at}>${b.at}${b.node >= 0 ? ":" + e.slot : ""}`;
    if (seen.has(key)) { seen.get(key).edges.push(e); continue; }
    const link = { a, b, edges: [e], points: [] }; seen.set(key, link); links.push(link);
  }
  for (const box of boxes) { box.w = box.node >= 0 ? 118 : 168; box.h = box.node >= 0 ? 46 : 58; }
  layout(boxes, links);
}

// ---- layout in layers: ranks by longest path, fewer crossings by barycentres, places by isotonic regression ----
function layout(boxes, links) {
  const rank = new Map(boxes.map((b) => [b, 0]));
  const mean = new Map(boxes.map((b) => [b, b.members[b.members.length - 1]]));
  const sorted = [...boxes].sort((a, b) => mean.get(a) - mean.get(b));
  const position = new Map(sorted.map((b, i) => [b, i]));
  const out = new Map(boxes.map((b) => [b, []])), inn = new Map(boxes.map((b) => [b, []]));
  for (const l of links) {
    l.turned = position.get(l.a) > position.get(l.b); // folding can close a circle; such a link runs backwards
    const [a, b] = l.turned ? [l.b, l.a] : [l.a, l.b];
    out.get(a).push(b); inn.get(b).push(a);
  }
  for (const b of sorted) for (const a of inn.get(b)) rank.set(b, Math.max(rank.get(b), rank.get(a) + 1));
  for (const b of [...sorted].reverse()) if (!inn.get(b).length && out.get(b).length) rank.set(b, Math.min(...out.get(b).map((c) => rank.get(c))) - 1);
  const depth = Math.max(0, ...rank.values()) + 1;
  const layers = Array.from({ length: depth }, () => []);
  const slotOf = (item, r) => { item.rank = r; item.up = []; item.down = []; layers[r].push(item); return item; };
  for (const b of sorted) slotOf(b, rank.get(b));
  let spare = 60000;
  for (const l of links) {
    const [a, b] = l.turned ? [l.b, l.a] : [l.a, l.b];
    l.dummies = [];
    let before = a;
    const span = rank.get(b) - rank.get(a);
    if (span > 1 && span < 200 && spare > span) {
      for (let r = rank.get(a) + 1; r < rank.get(b); r++) {
        const d = slotOf({ dummy: true, w: 0, h: 6 }, r); spare--;
        before.down.push(d); d.up.push(before); l.dummies.push(d); before = d;
      }
    }
    before.down.push(b); b.up.push(before);
  }
  layers.forEach((layer) => layer.forEach((item, i) => { item.pos = i; }));
  for (let sweep = 0; sweep < 12; sweep++) {
    const down = sweep % 2 === 0;
    for (let k = 1; k < depth; k++) {
      const layer = layers[down ? k : depth - 1 - k];
      for (const item of layer) {
        const next = down ? item.up : item.down;
        item.bary = next.length ? next.reduce((s, o) => s + o.pos, 0) / next.length : item.pos;
      }
      layer.sort((a, b) => a.bary - b.bary || a.pos - b.pos);
      layer.forEach((item, i) => { item.pos = i; });
    }
  }
  const gap = (a, b) => (a.h + b.h) / 2 + (a.dummy && b.dummy ? 4 : 14);
  for (const layer of layers) { let y = 0; layer.forEach((item, i) => { if (i) y += gap(layer[i - 1], item); item.y = y; }); layer.forEach((item) => { item.y -= y / 2; }); }
  for (let sweep = 0; sweep < 8; sweep++) {
    for (let k = 0; k < depth; k++) {
      const layer = layers[sweep % 2 ? depth - 1 - k : k];
      const wish = layer.map((item) => { const near = sweep % 2 ? item.down : item.up; const all = near.length ? near : [...item.up, ...item.down]; return all.length ? all.reduce((s, o) => s + o.y, 0) / all.length : item.y; });
      place1d(layer, wish, gap);
    }
  }
  // A graph much taller than wide is pressed flat: its layers become several columns, in which items take turns.
  const all = layers.flat(), height = all.reduce((m, i) => Math.max(m, i.y), -1e9) - all.reduce((m, i) => Math.min(m, i.y), 1e9);
  const breadth = layers.length * 200, turns = height > 2 * breadth ? Math.min(40, Math.ceil(Math.sqrt(height / breadth))) : 1;
  for (const item of all) item.y /= turns;
  let x = 0;
  for (const layer of layers) {
    const width = Math.max(0, ...layer.map((item) => item.w));
    const tight = turns > 1 && layer.some((item, i) => i && item.y - layer[i - 1].y < gap(layer[i - 1], item) - 1e-6);
    layer.forEach((item, i) => { item.x = x + width / 2 + (tight ? (i % turns) * (width + 12) : 0); });
    x += (width + 12) * (tight ? turns : 1) + (data.shapes ? 66 : 34) + Math.min(60, layer.length);
  }
  for (const l of links) l.points = l.turned ? [...l.dummies].reverse() : l.dummies;
}
function place1d(items, wish, gap) { // least squares with distances kept: pool adjacent violators
  const blocks = [];
  let offset = 0;
  items.forEach((item, i) => {
    if (i) offset += gap(items[i - 1], item);
    item.offset = offset;
    let block = { sum: wish[i] - offset, count: 1, first: i };
    while (blocks.length && blocks[blocks.length - 1].sum / blocks[blocks.length - 1].count > block.sum / block.count) {
      const last = blocks.pop(); block = { sum: last.sum + block.sum, count: last.count + block.count, first: last.first };
    }
    blocks.push(block);
  });
  blocks.forEach((block, b) => { const end = b + 1 < blocks.length ? blocks[b + 1].first : items.length; for (let i = block.first; i < end; i++) items[i].y = block.sum / block.count + items[i].offset; });
}

// ---- drawing ----
const canvas = $("graph"), pen = canvas.getContext("2d");
const view = { x: 0, y: 0, k: 1 };
let selected = data.output, hovered = -1, colors = {}, scale = 1, waiting = false;
function readColors() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["bg", "ink", "soft", "line", "edge", "box", "module", "lit", "negative", "positive", "bad", "focus", "later"]) colors[name] = style.getPropertyValue(`--${name}`).trim();
}
function rescale() {
  scale = 0;
  for (let i = 0; i < N; i++) { const g = sizeOf(grad[i]); if (Number.isFinite(g)) scale = Math.max(scale, Math.abs(g)); }
  scale = scale || 1;
}
const mix = (a, b, t) => { const p = (c) => [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16)); const [u, v] = [p(a), p(b)]; return "#" + u.map((c, i) => Math.round(c + (v[i] - c) * t).toString(16).padStart(2, "0")).join(""); };
function tint(g) { if (g === null || g === undefined) return colors.box; const s = sizeOf(g); if (!Number.isFinite(s)) return mix(colors.box, colors.bad, 0.35); return mix(colors.box, s > 0 ? colors.positive : colors.negative, 0.45 * Math.min(1, Math.abs(s) / scale) ** 0.5); }
function redraw() { if (!waiting) { waiting = true; requestAnimationFrame(() => { waiting = false; paint(); }); } }
function resize() {
  const ratio = window.devicePixelRatio || 1, box = canvas.getBoundingClientRect();
  canvas.width = Math.max(1, box.width * ratio); canvas.height = Math.max(1, box.height * ratio); redraw();
}
function paint() {
  const ratio = window.devicePixelRatio || 1, { width, height } = canvas;
  pen.setTransform(1, 0, 0, 1, 0, 0); pen.fillStyle = colors.bg; pen.fillRect(0, 0, width, height);
  pen.setTransform(view.k * ratio, 0, 0, view.k * ratio, view.x * ratio, view.y * ratio);
  const left = -view.x / view.k - 100, top = -view.y / view.k - 60, right = left + width / ratio / view.k + 200, bottom = top + height / ratio / view.k + 120;
  const now = current(), lit = new Set();
  if (now >= 0) { lit.add(boxOf[now]); }
  const near = boxOf[selected];
  if (view.k < FAR && boxes.length > 1500) { fromFar(near, lit, ratio); return; }
  pen.lineWidth = 1 / Math.min(1, Math.max(view.k, 0.35));
  const plain = new Path2D(), strong = new Path2D(), chosen = new Path2D();
  for (const l of links) {
    const x0 = l.a.x + l.a.w / 2, x1 = l.b.x - l.b.w / 2;
    const lo = Math.min(l.a.y, l.b.y, ...l.points.map((p) => p.y)), hi = Math.max(l.a.y, l.b.y, ...l.points.map((p) => p.y));
    if (hi < top || lo > bottom || Math.max(x0, x1) < left || Math.min(x0, x1) > right) continue;
    const active = now >= 0 && l.edges.some((e) => e.target === now);
    const path = active ? strong : l.a === near || l.b === near ? chosen : plain;
    const twins = l.b.node >= 0 && l.a.node >= 0 && into[l.b.node].filter((e) => e.source === l.a.node).length > 1;
    const lift = twins ? (l.edges[0].slot ? 9 : -9) : 0;
    let px = x0, py = l.a.y + lift;
    path.moveTo(px, py);
    for (const p of [...l.points, { x: x1, y: l.b.y + lift }]) { const mid = (px + p.x) / 2; path.bezierCurveTo(mid, py + lift, mid, p.y + lift, p.x, p.y); px = p.x; py = p.y; }
  }
  pen.strokeStyle = colors.edge; pen.stroke(plain);
  pen.lineWidth *= 1.8; pen.strokeStyle = colors.focus; pen.stroke(chosen);
  pen.lineWidth *= 1.4; pen.strokeStyle = colors.lit; pen.stroke(strong);
  const text = view.k > 0.42;
  if (data.shapes && view.k > 0.7) {
    pen.font = "10px system-ui, sans-serif"; pen.textAlign = "left"; pen.textBaseline = "bottom"; pen.fillStyle = colors.soft;
    for (const l of links) pen.fillText(`(${data.shapes[l.edges[0].source].join("×")})`, l.a.x + l.a.w / 2 + 4, l.a.y - 2);
  }
  pen.textAlign = "center"; pen.textBaseline = "middle";
  for (const b of boxes) {
    if (b.x + b.w / 2 < left || b.x - b.w / 2 > right || b.y + b.h < top || b.y - b.h > bottom) continue;
    const x = b.x - b.w / 2, y = b.y - b.h / 2, i = b.node;
    const seen = i >= 0 ? known(i) : b.members.some(known);
    const g = i >= 0 ? gradNow(i) : largest(b.members);
    pen.fillStyle = !seen ? colors.later : i >= 0 ? tint(g) : colors.module;
    pen.strokeStyle = lit.has(b) ? colors.lit : b === near ? colors.focus : i >= 0 && bad(i) ? colors.bad : colors.line;
    pen.lineWidth = lit.has(b) || b === near ? 3 : 1;
    pen.setLineDash(i >= 0 && data.kinds[i] === "constant" ? [4, 3] : []);
    pen.beginPath(); pen.roundRect(x, y, b.w, b.h, i >= 0 && data.kinds[i] !== "parameter" ? 3 : 10); pen.fill(); pen.stroke();
    pen.setLineDash([]);
    if (i < 0 && seen && g !== null) { pen.fillStyle = sizeOf(g) > 0 ? colors.positive : colors.negative; pen.fillRect(x + 6, y + b.h - 8, (b.w - 12) * Math.min(1, Math.abs(sizeOf(g)) / scale) ** 0.5, 4); }
    if (!text) continue;
    pen.fillStyle = seen ? colors.ink : colors.soft;
    if (i >= 0) {
      pen.font = "600 12px system-ui, sans-serif"; pen.fillText(clip(label(i), 17), b.x, b.y - 14);
      pen.font = "11px system-ui, sans-serif";
      pen.fillText(clip(data.counts ? `${counted([i], 0).toLocaleString("en")} values` : data.kind === "tensor" && !(data.kinds[i] === "constant" && !data.shapes[i].length) ? `(${data.shapes[i].join("×")})` : seen ? short(value[i]) : "", 20), b.x, b.y + 1);
      if (data.kinds[i] !== "constant") { pen.fillText(clip(`grad ${g === null ? "–" : typeof g === "object" ? short(number(g.mean), 3) : short(g)}${g !== null && !complete(i) ? " so far" : ""}`, 22), b.x, b.y + 15); }
    } else {
      pen.font = "600 12px system-ui, sans-serif"; pen.fillText(clip(moduleName(b), 24), b.x, b.y - 16);
      const own = counted(b.members, 1);
      pen.font = "11px system-ui, sans-serif"; pen.fillStyle = colors.soft;
      const last = b.members[b.members.length - 1], shape = data.shapes && !data.counts ? `(${data.shapes[last].join("×")}) ` : "", type = data.types[b.path] || "";
      pen.fillText(clip(`${type}${type ? ", " : ""}${shape}${counted(b.members, 0).toLocaleString("en")} values`, 28), b.x, b.y - 2); pen.fillText(`${own} parameters`, b.x, b.y + 11);
    }
  }
}
// From far away thousands of boxes are a few pixels each. They are drawn once, to a picture that is moved about until it is too coarse.
const FAR = 0.3;
let far = null;
function fromFar(near, lit, ratio) {
  if (!far || far.step !== step || far.boxes !== boxes || far.ground !== colors.bg || Math.abs(Math.log2(view.k / far.k)) > 0.5) {
    const x0 = Math.min(...boxes.map((b) => b.x - b.w)), x1 = Math.max(...boxes.map((b) => b.x + b.w)), y0 = Math.min(...boxes.map((b) => b.y - b.h)), y1 = Math.max(...boxes.map((b) => b.y + b.h));
    const k = Math.min(view.k * ratio, 8000 / (x1 - x0), 8000 / (y1 - y0));
    const sheet = new OffscreenCanvas(Math.ceil((x1 - x0) * k), Math.ceil((y1 - y0) * k)), ink = sheet.getContext("2d");
    ink.setTransform(k, 0, 0, k, -x0 * k, -y0 * k);
    const lines = new Path2D();
    for (const l of links) { lines.moveTo(l.a.x, l.a.y); for (const p of l.points) lines.lineTo(p.x, p.y); lines.lineTo(l.b.x, l.b.y); }
    ink.lineWidth = 0.5 / k; ink.strokeStyle = colors.edge; ink.stroke(lines);
    for (const b of boxes) {
      const i = b.node, seen = i >= 0 ? known(i) : b.members.some(known);
      ink.fillStyle = !seen ? colors.edge : i < 0 ? colors.module : tint(gradNow(i));
      ink.fillRect(b.x - b.w / 2, b.y - b.h / 2, b.w, b.h);
      if (i >= 0 && bad(i)) { ink.strokeStyle = colors.bad; ink.lineWidth = 2 / k; ink.strokeRect(b.x - b.w / 2, b.y - b.h / 2, b.w, b.h); }
    }
    far = { sheet, step, boxes, ground: colors.bg, k: view.k, x0, y0, w: x1 - x0, h: y1 - y0 };
  }
  pen.drawImage(far.sheet, far.x0, far.y0, far.w, far.h);
  for (const [b, color] of [...[...lit].map((b) => [b, colors.lit]), [near, colors.focus]]) { pen.strokeStyle = color; pen.lineWidth = 3 / view.k; pen.strokeRect(b.x - b.w / 2, b.y - b.h / 2, b.w, b.h); }
}
const flagged = new Set(data.flags.map((f) => f[1]));
const bad = (i) => flagged.has(i) || [value[i], grad[i]].some((v) => (v && typeof v === "object" ? v.bad > 0 : typeof v === "number" && !Number.isFinite(v)));
const largest = (members) => { let found = null; for (const i of members) { const g = gradNow(i); if (g !== null && (found === null || Math.abs(sizeOf(g)) > Math.abs(sizeOf(found)))) found = g; } return found; };
const moduleName = (b) => (b.family ? `${b.family.first.split(".").pop()} … ${b.family.last.split(".").pop().match(/\d+$/)[0]}  × ${b.family.count}` : b.path.split(".").pop());
const clip = (text, n) => (text.length > n ? text.slice(0, n - 1) + "…" : text);
function ownName(i) { const name = data.names[i], path = pathOf(i); return name && path && name.startsWith(path + ".") ? name.slice(path.length + 1) : name; }
const nameOf = (i) => ownName(i) || (data.ops[i] === null ? data.kinds[i] : `(${signOf(i)})`);
function label(i) {
  const name = ownName(i);
  return name && data.ops[i] !== null ? `${name} = ${signOf(i)}` : name || signOf(i) || data.kinds[i];
}

// ---- the panel ----
const el = (tag, text, attrs = {}) => { const node = document.createElement(tag); if (text !== undefined && text !== null) node.textContent = text; for (const [k, v] of Object.entries(attrs)) node.setAttribute(k, v); return node; };
const math = (tag, ...children) => { const node = document.createElementNS("http://www.w3.org/1998/Math/MathML", tag); for (const c of children) node.append(c); return node; };
const mn = (x) => { const node = math("mn", short(x, 6)); if (typeof x === "number" && x) node.setAttribute("class", x < 0 ? "negative" : "positive"); return node; };
const partial = (i) => math("mfrac", math("mrow", math("mo", "∂"), math("mi", "L")), math("mrow", math("mo", "∂"), math("mi", clip(nameOf(i), 18))));
function jump(i, text) { const button = el("button", text || label(i)); button.onclick = () => select(i, true); return button; }
const nth = (n) => n + (n % 100 > 10 && n % 100 < 14 ? "th" : ["th", "st", "nd", "rd"][n % 10] || "th");
// Where the cells of an array are drawn. Of four axes each image, map or kernel is a little picture of its own, side by side with the others.
function places(array, kernel) {
  const [a, b, c, d] = array.grid, n = array.cells.length;
  if (array.grid.length !== 4 || (kernel ? a * b : b * c) < 2) {
    const grid = array.grid.filter((m) => m > 1), columns = grid.length ? grid[grid.length - 1] : 1;
    return { columns, rows: Math.ceil(n / columns), of: (i) => [i % columns, Math.floor(i / columns)], tiles: 1 };
  }
  const [high, wide, tiles] = kernel ? [a, b, c * d] : [b, c, a * d];
  const abreast = kernel && c > 1 && d > 1 ? d : Math.min(tiles, Math.ceil(Math.sqrt((2.4 * tiles * high) / wide)));
  const of = (i) => { const [p, q, r, s] = indexOf(i, array.grid), tile = kernel ? r * d + s : p * d + s, [y, x] = kernel ? [p, q] : [q, r]; return [(tile % abreast) * (wide + 1) + x, Math.floor(tile / abreast) * (high + 1) + y]; };
  return { columns: abreast * (wide + 1) - 1, rows: Math.ceil(tiles / abreast) * (high + 1) - 1, of, tiles };
}
function heat(array, what, { kernel = false, mark = -1, pick = null } = {}) {
  const found = [el("p", what)];
  const cells = array.cells.map(number);
  if (!cells.length) return found;
  const { columns, rows, of, tiles } = places(array, kernel), at = new Map(), each = tiles > 1 || mark >= 0 ? Math.max(2, Math.floor(480 / columns)) : 1;
  const picture = el("canvas", null, { class: "heat", role: "img", "aria-label": `${what}: ${short(array)}`, width: columns * each, height: rows * each });
  const brush = picture.getContext("2d"), top = Math.max(...cells.filter(Number.isFinite).map(Math.abs), 1e-300);
  cells.forEach((v, i) => { const [x, y] = of(i); at.set(y * columns + x, i); brush.fillStyle = Number.isFinite(v) ? mix(colors.box, v > 0 ? colors.positive : colors.negative, Math.min(1, Math.abs(v) / top) ** 0.5) : colors.bad; brush.fillRect(x * each, y * each, each, each); });
  if (mark >= 0 && mark < cells.length && each > 1) { const [x, y] = of(mark); brush.strokeStyle = colors.focus; brush.lineWidth = Math.max(2, each / 8); brush.strokeRect(x * each, y * each, each, each); }
  if (tiles > 1) picture.style.border = "none";
  if (tiles > 1 || pick === null) picture.style.width = `${Math.min(240, columns * 26)}px`;
  picture.style.height = `${Math.min(tiles > 1 ? 400 : 180, Math.max(14, (Math.min(240, tiles > 1 || pick === null ? columns * 26 : 240) / columns) * rows))}px`;
  const under = (event) => at.get(Math.floor((event.offsetY / picture.clientHeight) * rows) * columns + Math.floor((event.offsetX / picture.clientWidth) * columns));
  if (array.all && pick) picture.onclick = (event) => { const i = under(event); if (i !== undefined) pick(i); };
  const where = (i) => indexOf(i, array.grid).map((k, axis) => k * array.steps[axis]).join(", ");
  picture.onmousemove = (event) => { const i = under(event); picture.title = i === undefined ? "" : `element (${where(i)}): ${short(cells[i], 6)}`; };
  found.push(picture);
  if (!array.all) found.push(el("p", `${cells.length.toLocaleString("en")} of ${array.shape.reduce((a, b) => a * b, 1).toLocaleString("en")} numbers: ${array.steps.map((s, axis) => (s > 1 ? `every ${nth(s)} along axis ${axis}` : "")).filter(Boolean).join(", ")}. Mean and range are of all.`));
  return found;
}
// A convolution is windows, as rows, times the kernel, as a table. Of one number that it gives: the window that was seen, and the kernel.
const input = (i, slot) => { const e = into[i].find((edge) => edge.slot === slot); return e === undefined ? -1 : e.source; };
const through = (i, op) => (i >= 0 && opOf(i) === op ? input(i, 0) : i);
function convolution(i) {
  const product = opOf(i) === "reshape" ? input(i, 0) : i;
  if (product < 0 || !["linear", "matmul"].includes(opOf(product))) return null;
  const rows = input(product, 0), table = input(product, 1), kernel = through(table, "reshape"), shape = data.shapes[kernel];
  if (kernel === table || data.kinds[kernel] !== "parameter" || shape.length < 3 || data.shapes[table].length !== 2) return null;
  const cut = through(rows, "reshape");
  return { product, rows, kernel, shape, cut: cut >= 0 && opOf(cut) === "windows" ? cut : -1, bias: input(product, 2) };
}
const made = (cells, shape) => { const good = cells.filter(Number.isFinite); return { cells, shape, grid: shape, steps: shape.map(() => 1), all: true, least: Math.min(...good), most: Math.max(...good), mean: good.reduce((a, b) => a + b, 0) / (good.length || 1), bad: cells.length - good.length }; };
function windowOf(i, flat) {
  const found = convolution(i);
  if (!found || !value[found.kernel] || !value[found.kernel].all) return null;
  const { shape, rows, cut } = found, filters = shape[shape.length - 1], filter = flat % filters, row = Math.floor(flat / filters), inside = shape.slice(0, -1), count = inside.reduce((a, b) => a * b, 1);
  let seen = null;
  if (rows >= 0 && value[rows] && value[rows].all) seen = value[rows].cells.slice(row * count, (row + 1) * count).map(number);
  else if (cut >= 0) {
    const x = input(cut, 0), { size, stride, dilation, padding } = data.settings[cut], n = size.length, from = data.shapes[x];
    if (!value[x] || !value[x].all || !padding) return null;
    const at = indexOf(row, data.shapes[cut].slice(0, -n - 1)), front = at.length - n;
    seen = Array.from({ length: count }, (_, k) => {
      const offset = indexOf(k, inside), spot = offset.slice(0, n).map((o, axis) => at[front + axis] * stride[axis] + o * dilation[axis] - padding[axis][0]);
      return spot.some((p, axis) => p < 0 || p >= from[front + axis]) ? 0 : number(value[x].cells[flatOf([...at.slice(0, front), ...spot, offset[n]], from)]);
    });
  }
  if (!seen || seen.length !== count) return null;
  const weights = Array.from({ length: count }, (_, k) => number(value[found.kernel].cells[k * filters + filter]));
  const products = seen.map((v, k) => v * weights[k]), known = found.bias >= 0 && value[found.bias] && value[found.bias].all;
  return { seen, weights, products, sum: products.reduce((a, b) => a + b, 0), bias: known ? number(value[found.bias].cells[filter]) : found.bias >= 0 ? NaN : null, filter, inside };
}
const parts3 = (w) => [["window", w.seen], [`kernel of filter ${w.filter}`, w.weights], ["products", w.products]];
function windowPanel(i, flat) {
  const w = windowOf(i, flat);
  if (!w) return [];
  const box = el("div", null, { id: "window" }), channels = w.inside[w.inside.length - 1], wide = w.inside[w.inside.length - 2], high = w.seen.length / channels / wide;
  if (channels === 1 && wide <= 3 && high <= 9) { // few enough to write every number
    const line = el("div", null, { class: "side" });
    parts3(w).forEach(([name, cells], k) => { const part = el("div"); part.append(el("p", name), numbers(cells, wide)); line.append(...(k ? [el("b", k === 1 ? "×" : "=")] : []), part); });
    box.append(line);
  } else parts3(w).forEach(([name, cells], k) => box.append(...heat(made(cells, [1, high, wide, channels]), `${["", "× ", "= "][k]}${name}${channels > 1 ? `, ${channels} channels` : ""}`)));
  box.append(el("p", `sum of the products ${short(w.sum, 5)}${w.bias === null ? "" : ` + bias ${short(w.bias, 5)}`} = ${short(w.sum + (w.bias || 0), 5)}`));
  return [el("h2", "Window × kernel"), box];
}
function numbers(cells, wide) {
  const table = el("table", null, { class: "cells" }), top = Math.max(...cells.map(Math.abs), 1e-300);
  for (let y = 0; y < cells.length; y += wide) { const tr = el("tr"); for (const v of cells.slice(y, y + wide)) tr.append(el("td", short(v, 2), { style: `background: ${mix(colors.box, v > 0 ? colors.positive : colors.negative, 0.5 * Math.min(1, Math.abs(v) / top) ** 0.5)}` })); table.append(tr); }
  return table;
}
// The single numbers behind one element of a result: what was multiplied, added, chosen.
let element = -1;
const indexOf = (flat, shape) => shape.map((n, k) => Math.floor(flat / shape.slice(k + 1).reduce((a, b) => a * b, 1)) % n);
const flatOf = (index, shape) => index.reduce((flat, at, k) => flat * shape[k] + at, 0);
const spread = (index, shape) => shape.map((n, k) => (n === 1 ? 0 : index[index.length - shape.length + k]));
function behind(i, flat) {
  const shape = data.shapes[i], at = indexOf(flat, shape), op = opOf(i), given = into[i].map((e) => value[e.source]);
  if (given.some((v) => !v || !v.all)) return null;
  const cell = (k, index) => number(given[k].cells[flatOf(index, given[k].shape)]), list = (terms, sign) => (terms.length > 12 ? [...terms.slice(0, 12), `… ${terms.length - 12} more`] : terms).join(sign);
  if ((data.formulas[op] || []).length) { const parts = given.map((v, k) => short(cell(k, spread(at, v.shape)))); return parts.length === 2 && "+-*/**".includes(signOf(i)) ? `${parts[0]} ${signOf(i)} ${parts[1]}` : `${op}(${parts.join(", ")})`; }
  if ((op === "matmul" || op === "linear") && given[0].shape.length === 2 && given[1].shape.length === 2) {
    const terms = Array.from({ length: given[0].shape[1] }, (_, k) => `${short(cell(0, [at[0], k]))} × ${short(cell(1, [k, at[1]]))}`);
    return list(terms, " + ") + (given[2] ? ` + ${short(cell(2, spread(at, given[2].shape)))}` : "");
  }
  const settings = data.settings[i], axes = settings.axis === undefined ? null : [settings.axis].flat().map((a) => (a < 0 ? a + given[0].shape.length : a));
  if (op === "softmax" || op === "log_softmax") { const row = Array.from({ length: given[0].shape[axes[0]] }, (_, k) => { const index = [...at]; index[axes[0]] = k; return short(cell(0, index)); }); return `${op === "softmax" ? "exp" : "log softmax, "}(${row[at[axes[0]]]}) / (${list(row.map((r) => `exp(${r})`), " + ")})`; }
  if (op === "max_pool" && settings.size && given[0].shape.length === settings.size.length + 2) {
    const { size, stride } = settings, count = size.reduce((a, b) => a * b, 1);
    const terms = Array.from({ length: count }, (_, k) => { const o = indexOf(k, size); return short(cell(0, [at[0], ...size.map((_, axis) => at[axis + 1] * stride[axis] + o[axis]), at[at.length - 1]])); });
    return `max(${list(terms, ", ")})`;
  }
  if (["sum", "max", "min"].includes(op)) {
    const over = axes || given[0].shape.map((_, k) => k), terms = [];
    for (let f = 0; f < given[0].cells.length; f++) { const index = indexOf(f, given[0].shape); if (index.filter((_, k) => !over.includes(k)).every((v, k) => v === at[k])) terms.push(short(cell(0, index))); }
    return op === "max" || op === "min" ? `${op}(${list(terms, ", ")})` : list(terms, " + ");
  }
  return null;
}
function panel() {
  const i = selected, box = boxOf[i], out = $("panel"), parts = [];
  if (box.node < 0) { modulePanel(box); return; }
  if (!data.whole) { out.replaceChildren(el("h2", data.names[i]), el("p", `${data.types[data.names[i]] || "a part of the graph"}, ${counts([i])}`), el("p", `largest gradient ${short(grad[i])}`), ...given(i, "From"), ...given(i, "To")); return; }
  const kind = data.kinds[i];
  parts.push(el("h2", `${label(i)}`), el("p", `${kind}${opOf(i) ? `, ${opOf(i)}` : ""}${pathOf(i) ? `, in ${pathOf(i)}` : ""}`));
  const table = el("table"), row = (name, text, cls) => { const tr = el("tr"); tr.append(el("th", name), el("td", text, cls ? { class: cls } : {})); table.append(tr); };
  if (data.kind === "tensor") row("shape", `(${data.shapes[i].join(", ")})`);
  row("value", known(i) ? short(value[i], 8) : "not computed yet", bad(i) ? "bad" : "");
  const g = gradNow(i);
  if (kind !== "constant") row("gradient", g === null ? "– (not computed)" : short(g, 8) + (complete(i) ? "" : ", so far"));
  if (data.measured && number(data.measured[i]) !== null && kind !== "constant") row("measured slope", short(number(data.measured[i]), 8));
  parts.push(table);
  if (value[i] && typeof value[i] === "object" && value[i].cells.length > 1 && known(i)) {
    const kernel = data.kinds[i] === "parameter", pick = (flat) => { element = flat; panel(); };
    parts.push(...heat(value[i], value[i].all && into[i].length ? "value (click an element)" : "value", { kernel, mark: into[i].length ? element : -1, pick }));
    if (element >= 0 && element < value[i].cells.length && into[i].length) {
      const sum = behind(i, element) || (windowOf(i, element) ? "the sum of a window × a kernel" : null), at = indexOf(element, data.shapes[i]).join(", ");
      parts.push(el("p", `element (${at}) = ${sum === null ? `${short(number(value[i].cells[element]))}, by ${into[i][0].rule}` : `${sum} = ${short(number(value[i].cells[element]))}`}`, { id: "element" }), ...windowPanel(i, element));
    }
  }
  if (g && typeof g === "object" && g.cells.length > 1) parts.push(...heat(g, "gradient", { kernel: data.kinds[i] === "parameter", pick: () => {} }));
  if (data.lines && data.lines[i]) parts.push(el("p", data.lines[i]));
  if (into[i].length) {
    parts.push(el("h2", "From"));
    const t = el("table");
    for (const e of into[i]) { const tr = el("tr"), td = el("td"); td.append(jump(e.source)); const f = el("td"); f.append(el("div", e.local !== null && e.local !== undefined ? `local derivative ${short(e.local, 6)}` : ""), el("code", e.rule)); tr.append(td, f); t.append(tr); }
    parts.push(t);
  }
  if (kind !== "constant") parts.push(...chain(i));
  out.replaceChildren(...parts);
}
function given(i, title) {
  const near = title === "From" ? into[i].map((e) => e.source) : from[i].map((e) => e.target), p = el("p");
  p.append(...near.slice(0, 40).map((j) => jump(j, data.names[j])));
  return near.length ? [el("h2", title), p] : [];
}
function chain(i) {
  const parts = [el("h2", "Chain rule")], whole = math("math");
  whole.setAttribute("display", "block");
  if (i === data.output) { whole.append(math("mrow", partial(i), math("mo", "="), math("mn", "1"))); parts.push(whole, el("p", "The output: its own gradient is 1, where the pass begins.")); return parts; }
  const visited = from[i].filter((e) => complete(e.target) && step > N + place.get(e.target));
  if (data.kind === "value") {
    const rows = [], line = math("mrow", partial(i), math("mo", "="));
    from[i].forEach((e, k) => {
      const done = visited.includes(e), up = done ? sums.get(e.target) : null;
      if (k) line.append(math("mo", "+"));
      line.append(done ? math("mrow", mn(up), math("mo", "×"), mn(e.local)) : math("mi", "?"));
      const tr = el("tr"), td = el("td"); td.append(jump(e.target)); tr.append(td, el("td", done ? `${short(up, 6)} × ${short(e.local, 6)} = ${short(up ? up * e.local : 0, 6)}` : "not reached yet")); rows.push(tr);
    });
    line.append(math("mo", "="), mn(sums.has(i) ? sums.get(i) : null));
    whole.append(line);
    const t = el("table"); t.append(...rows);
    parts.push(whole, el("p", "Each path: gradient from above × local derivative = contribution."), t);
  } else {
    const t = el("table");
    for (const e of from[i]) { const tr = el("tr"), td = el("td"); td.append(jump(e.target, `${label(e.target)} (${data.shapes[e.target].join("×")})`)); const c = el("td"); c.append(el("code", e.rule), el("div", visited.includes(e) && e.flow ? `contributes ${short(e.flow)}` : "")); tr.append(td, c); t.append(tr); }
    parts.push(t);
  }
  return parts;
}
const counts = (members) => `${counted(members, 0).toLocaleString("en")} values, ${counted(members, 1).toLocaleString("en")} of them parameters`;
function modulePanel(box) {
  const parts = [el("h2", box.family ? moduleName(box) : box.path), el("p", `${data.types[box.path] || ""} ${counts(box.members)}`)];
  const button = el("button", "Unfold (+)"); button.onclick = () => (box.family ? takeApart(box) : toggle(box.path)); parts.push(button);
  const g = largest(box.members); parts.push(el("p", `largest gradient ${short(g)}`));
  $("panel").replaceChildren(...parts);
}

// ---- what the user does ----
function go(to, quiet) {
  step = Math.max(0, Math.min(LAST, to)); sums = replay(step);
  $("slider").value = step;
  const now = current(), what = !data.whole ? "modules only" : step === 0 ? "start" : step <= N ? `forward: ${label(now)}` : `backward: ${label(now)}`;
  $("where").textContent = data.whole ? `${step} / ${LAST}  ${clip(what, 30)}` : what;
  if (!quiet && now >= 0) $("said").textContent = `Step ${step} of ${LAST}, ${what}, value ${short(value[now])}, gradient ${short(gradNow(now))}`;
  panel(); redraw(); link();
}
function link() { try { history.replaceState(null, "", `#step=${step}&node=${selected}`); } catch (e) { /* not everywhere allowed */ } }
function select(i, centre) {
  if (i !== selected) element = -1;
  selected = i;
  if (centre) { for (const path of ancestors(pathOf(i))) open.add(path); arrange(); const b = boxOf[i]; view.x = canvas.clientWidth / 2 - b.x * view.k; view.y = canvas.clientHeight / 2 - b.y * view.k; }
  $("said").textContent = `${label(i)}, ${data.kinds[i]}, value ${short(value[i])}, gradient ${short(gradNow(i))}`;
  panel(); redraw(); link();
}
function takeApart(box) { apart.add(box.family.key); const i = box.members[0], x = box.x * view.k + view.x, y = box.y * view.k + view.y; selected = i; arrange(); view.x = x - boxOf[i].x * view.k; view.y = y - boxOf[i].y * view.k; panel(); redraw(); }
function putTogether(path) { for (const key of [...apart]) if (key.startsWith(familyOf(path) + "*")) { apart.delete(key); return true; } return false; }
function toggle(path) {
  if (open.has(path)) { for (const other of [...open]) if (other === path || other.startsWith(path + ".")) open.delete(other); } else open.add(path);
  const before = boxOf[selected], x = before.x * view.k + view.x, y = before.y * view.k + view.y;
  arrange(); view.x = x - boxOf[selected].x * view.k; view.y = y - boxOf[selected].y * view.k;
  panel(); redraw();
}
function openAll() { for (const family of families().values()) apart.add(family.key); for (const path of data.paths) for (const p of ancestors(path)) open.add(p); const start = performance.now(); arrange(); fit(); panel(); return performance.now() - start; }
function foldOrUnfold(way) {
  const path = pathOf(selected), closed = folded(selected), box = boxOf[selected];
  if (way > 0 && box.family) { takeApart(box); return; }
  if (way > 0 && closed !== undefined) toggle(closed);
  if (way < 0 && closed !== undefined && putTogether(closed)) { arrange(); panel(); redraw(); return; }
  if (way < 0) { const openOnes = ancestors(path).filter((p) => open.has(p)); if (openOnes.length) toggle(openOnes[openOnes.length - 1]); }
}
function fit() {
  if (!boxes.length) return;
  const x0 = Math.min(...boxes.map((b) => b.x - b.w / 2)), x1 = Math.max(...boxes.map((b) => b.x + b.w / 2)), y0 = Math.min(...boxes.map((b) => b.y - b.h / 2)), y1 = Math.max(...boxes.map((b) => b.y + b.h / 2));
  const w = canvas.clientWidth || 800, h = canvas.clientHeight || 600;
  view.k = Math.min(1.4, (w - 40) / (x1 - x0 || 1), (h - 40) / (y1 - y0 || 1));
  view.x = w / 2 - ((x0 + x1) / 2) * view.k; view.y = h / 2 - ((y0 + y1) / 2) * view.k; redraw();
}
function zoom(factor, cx, cy) { const k = Math.max(0.01, Math.min(6, view.k * factor)); view.x = cx - ((cx - view.x) * k) / view.k; view.y = cy - ((cy - view.y) * k) / view.k; view.k = k; redraw(); }
const hit = (event) => { const r = canvas.getBoundingClientRect(), x = (event.clientX - r.left - view.x) / view.k, y = (event.clientY - r.top - view.y) / view.k; return boxes.find((b) => Math.abs(x - b.x) <= b.w / 2 && Math.abs(y - b.y) <= b.h / 2); };
let drag = null, timer = null;
canvas.onpointerdown = (e) => { drag = { x: e.clientX, y: e.clientY, moved: false }; canvas.setPointerCapture(e.pointerId); };
canvas.onpointermove = (e) => {
  if (drag) { const dx = e.clientX - drag.x, dy = e.clientY - drag.y; if (drag.moved || Math.abs(dx) + Math.abs(dy) > 3) { drag.moved = true; view.x += dx; view.y += dy; drag.x = e.clientX; drag.y = e.clientY; redraw(); } return; }
  const b = hit(e), i = b ? (b.node >= 0 ? b.node : -2) : -1;
  if (i !== hovered) { hovered = i; canvas.title = b ? (b.node >= 0 ? `${label(i)}: value ${known(i) ? short(value[i], 6) : "–"}, gradient ${short(gradNow(i), 6)}` : b.path) : ""; canvas.style.cursor = b ? "pointer" : "grab"; }
};
canvas.onpointerup = (e) => { const moved = drag && drag.moved; drag = null; if (moved) return; const b = hit(e); if (!b) return; if (b.family) takeApart(b); else if (b.node < 0) { selected = b.members[0]; toggle(b.path); } else select(b.node); };
canvas.onwheel = (e) => { e.preventDefault(); const r = canvas.getBoundingClientRect(); zoom(Math.exp(-e.deltaY * 0.0015), e.clientX - r.left, e.clientY - r.top); };
function play() {
  if (timer) { clearInterval(timer); timer = null; $("play").textContent = "▶ Play"; return; }
  if (step === LAST) go(0);
  $("play").textContent = "⏸ Pause";
  timer = setInterval(() => { if (step >= LAST) play(); else go(step + 1, true); }, matchMedia("(prefers-reduced-motion: reduce)").matches ? 1200 : 450);
}
const keys = { ArrowRight: () => go(step + 1), ArrowLeft: () => go(step - 1), Home: () => go(0), End: () => go(LAST), PageDown: () => go(step + 10), PageUp: () => go(step - 10), " ": play, f: fit, "+": () => foldOrUnfold(1), "-": () => foldOrUnfold(-1) };
document.onkeydown = (e) => {
  if (e.target.tagName === "INPUT" && e.target.type === "search") return;
  if (e.target === canvas && e.key === "Enter") { foldOrUnfold(folded(selected) !== undefined ? 1 : -1); return; }
  if (e.target === canvas && (e.key === "ArrowUp" || e.key === "ArrowDown")) { e.preventDefault(); const at = boxes.indexOf(boxOf[selected]), next = boxes[at + (e.key === "ArrowDown" ? 1 : -1)]; if (next) select(next.members[0]); return; }
  if (e.target.tagName === "BUTTON" && e.key === " ") return;
  if (keys[e.key] && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); keys[e.key](); }
};
$("first").onclick = () => go(0); $("back").onclick = () => go(step - 1); $("next").onclick = () => go(step + 1); $("last").onclick = () => go(LAST); $("play").onclick = play;
$("slider").oninput = () => go(Number($("slider").value)); $("fit").onclick = fit; $("fold").onclick = () => foldOrUnfold(-1); $("unfold").onclick = () => foldOrUnfold(1);
$("theme").onclick = () => { const root = document.documentElement, dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches; root.dataset.theme = dark ? "light" : "dark"; readColors(); panel(); redraw(); };
matchMedia("(prefers-color-scheme: dark)").onchange = () => { readColors(); panel(); redraw(); };
$("search").onchange = () => { const q = $("search").value.toLowerCase(); if (!q) return; for (let k = 1; k <= N; k++) { const i = (selected + k) % N; if (`${data.names[i] || ""} ${opOf(i) || ""}`.toLowerCase().includes(q)) { select(i, true); return; } } $("said").textContent = `nothing is called ${q}`; };

// ---- begin ----
readColors(); rescale();
$("slider").max = LAST;
$("found").append(...[...new Set([...data.names.filter(Boolean), ...data.texts.filter((t) => data.ops.some((o) => o !== null && data.texts[o] === t))])].slice(0, 300).map((t) => el("option", null, { value: t })));
if (!data.whole) $("note").textContent = `The graph has ${data.total.toLocaleString("en")} values, too many to step through, so each box stands for a module. A smaller batch gives a graph to step through${data.types && Object.keys(data.types).length ? "" : "; model= gives the boxes their names"}.`;
else if (!order.length) $("note").textContent = "backward() has not been called yet, so there are no gradients to show.";
for (const [kind, node, where, text] of data.flags) {
  const item = el("li"); item.append(el("b", `⚑ ${kind}`), node === null ? el("span", where) : jump(node, where), el("span", ` ${text}`)); $("flags").append(item);
}
arrange();
for (const path of data.paths.filter(Boolean).sort((a, b) => a.split(".").length - b.split(".").length || (a < b ? -1 : 1))) { // unfold what still leaves the first view readable
  if (ancestors(path).slice(0, -1).some((p) => !open.has(p))) continue;
  const inner = new Set(); for (let i = 0; i < N; i++) if (pathOf(i) === path || pathOf(i).startsWith(path + ".")) { const rest = pathOf(i).slice(path.length + 1); inner.add(rest ? "m" + rest.split(".")[0] : "n" + i); }
  if (boxes.length - 1 + inner.size <= data.view && N < 3000) { open.add(path); arrange(); }
}
const wanted = new URLSearchParams(location.hash.slice(1));
if (data.kinds[Number(wanted.get("node"))] && wanted.has("node")) selected = Number(wanted.get("node"));
new ResizeObserver(resize).observe(canvas);
resize(); go(wanted.has("step") ? Number(wanted.get("step")) || 0 : LAST, true); fit();
window.explorer = { data, go, select, toggle, openAll, fit, element: (i, flat) => { select(i); element = flat; panel(); return behind(i, flat); }, window: windowOf, state: () => ({ step, selected, values: Array.from({ length: N }, (_, i) => (known(i) ? value[i] : null)), grads: Array.from({ length: N }, (_, i) => gradNow(i)), boxes: boxes.length, links: links.reduce((s, l) => s + l.edges.length, 0), open: [...open] }), pan: (dx, dy) => { view.x += dx; view.y += dy; paint(); } };
