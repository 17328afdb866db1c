'use strict';

// Charts of the last five minutes, drawn by uPlot. Colours are those of the style sheet, so a chart is made anew when the
// browser turns from light to dark.

const WINDOW = 300; // seconds
const LEAST = 60;

function colour(name) {
  // A property set to light-dark(...) is resolved only where it is used.
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function faded(rgb) {
  const parts = rgb.match(/[\d.]+/g);
  return `rgba(${parts[0]}, ${parts[1]}, ${parts[2]}, .18)`;
}

const compact = new Intl.NumberFormat('en', {notation: 'compact', maximumFractionDigits: 1});
const clock = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', second: '2-digit'});

class Chart {

  // lines: [{name, colour}], where colour is a name of the style sheet's; format makes text of a value.
  constructor(id, lines, format) {
    this.box = document.getElementById(`${id}-chart`);
    this.now = document.getElementById(`${id}-now`);
    this.title = this.box.getAttribute('aria-label');
    this.lines = lines;
    this.format = format;
    this.data = [[], ...lines.map(() => [])];
    this.make();
    new ResizeObserver(() => this.plot.setSize(this.size())).observe(this.box);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.plot.destroy();
      this.make();
    });
  }

  size() {
    return {width: Math.max(this.box.clientWidth, 160), height: 140};
  }

  make() {
    const quiet = colour('quiet');
    const rule = colour('rule');
    const axis = {stroke: quiet, grid: {stroke: rule, width: 1}, ticks: {show: false}, font: '11px system-ui, sans-serif'};
    this.plot = new uPlot({
      ...this.size(),
      legend: {show: false},
      cursor: {y: false, drag: {x: false, y: false}, points: {size: 6}},
      scales: {
        x: {range: (u, low, high) => [Math.min(low, high - LEAST), high]},
        y: {range: (u, low, high) => [0, Math.max(1, high * 1.1)]}
      },
      padding: [8, 26, 0, 0],
      axes: [
        {...axis, size: 24, space: 70, incrs: [15, 30, 60, 120], values: (u, ticks) => ticks.map(t => clock.format(t * 1000))},
        {...axis, size: 44, space: 30, values: (u, ticks) => ticks.map(t => compact.format(t))}
      ],
      series: [{}, ...this.lines.map(line => ({
        label: line.name,
        stroke: colour(line.colour),
        fill: this.lines.length === 1 ? faded(colour(line.colour)) : undefined,
        width: 2,
        spanGaps: true,
        points: {show: false}
      }))],
      hooks: {setCursor: [() => this.caption()]}
    }, this.data, this.box);
  }

  // Seconds since the epoch and a value for each line, null for none.
  add(time, values, draw = true) {
    if (this.data[0].length && time <= this.data[0].at(-1)) {
      return;
    }
    [time, ...values].forEach((value, i) => this.data[i].push(value));
    while (this.data[0][0] < time - WINDOW) {
      this.data.forEach(column => column.shift());
    }
    if (draw) {
      this.draw();
    }
  }

  draw() {
    this.plot.setData(this.data);
    this.caption();
  }

  // What the pointer is on; without one, the latest value and the peak.
  caption() {
    const at = this.plot && this.plot.cursor.idx;
    const one = this.lines.length === 1;
    if (at != null) {
      const time = new Date(this.data[0][at] * 1000).toLocaleTimeString('en-GB');
      const values = this.lines.map((line, i) => {
        const value = this.data[i + 1][at];
        return (one ? '' : `${line.name} `) + (value == null ? '–' : this.format(value));
      });
      this.now.textContent = `${time} · ${values.join(', ')}`;
    } else if (one) {
      const known = this.data[1].filter(value => value != null);
      this.now.textContent = known.length ? `peak ${this.format(Math.max(...known))}` : '';
    } else {
      this.now.textContent = '';
    }
    this.box.setAttribute('aria-label', `${this.title}. ${this.now.textContent}`);
  }
}
