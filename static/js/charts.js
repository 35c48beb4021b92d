// Charts from the page's own json_script data. Drawn on a canvas with tooltips on it too: no markup is
// injected, as the content security policy wants. Beside each stands the same as a table.
(() => {
  const { onEach } = window.chuishao;
  // Okabe and Ito's colours, told apart with every kind of colour blindness.
  const PALETTE = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7f7f7f", "#b8a900"];
  const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif';
  let ground = document.documentElement; // a paper is white by night, too: colours are its own
  const colour = (name) => getComputedStyle(ground).getPropertyValue(`--ui-${name}`).trim();

  const common = (data) => ({
    color: PALETTE,
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    textStyle: { fontFamily: FONT, color: colour("ink") },
    tooltip: { renderMode: "richText", confine: true, backgroundColor: colour("surface"), borderColor: colour("line"), textStyle: { color: colour("ink"), fontFamily: FONT }, valueFormatter: (value) => (value == null ? "—" : `${value}${data.unit ?? ""}`) },
    legend: { show: data.series.length > 1, top: 0, type: "scroll", textStyle: { color: colour("ink") } },
  });
  const labels = () => ({ axisLabel: { color: colour("muted") }, axisLine: { lineStyle: { color: colour("line-strong") } }, axisTick: { show: false } });
  const values = () => ({ type: "value", axisLabel: { color: colour("muted") }, splitLine: { lineStyle: { color: colour("line") } } });
  const frame = (data) => ({ left: 8, right: 24, top: data.series.length > 1 ? 36 : 12, bottom: 8, containLabel: true });

  /** A part of the whole in percent with one decimal, half up, as papers write it. */
  const share = (part, values) => {
    const whole = values.reduce((sum, value) => sum + value, 0);
    return whole ? `${(Math.floor((2000 * part + whole) / (2 * whole)) / 10).toFixed(1)}%` : "—";
  };

  const OPTIONS = {
    ranking: (data) => ({
      ...common(data),
      grid: { ...frame(data), right: 56 },
      xAxis: values(),
      yAxis: { type: "category", inverse: true, data: data.labels, ...labels(), axisLabel: { color: colour("ink"), interval: 0 } },
      series: data.series.map((line) => ({
        type: "bar", name: line.name, data: line.values, barMaxWidth: 16,
        label: { show: data.series.length === 1, position: "right", color: colour("ink"), formatter: ({ value }) => `${value ?? "—"}${data.unit ?? ""}` },
      })),
    }),
    line: (data) => ({
      ...common(data),
      grid: frame(data),
      tooltip: { ...common(data).tooltip, trigger: "axis" },
      xAxis: { type: "category", boundaryGap: false, data: data.labels, ...labels() },
      yAxis: values(),
      series: data.series.map((line, n) => ({
        type: "line", name: line.name, data: line.values, symbol: ["circle", "rect", "triangle", "diamond"][n % 4], symbolSize: 5,
        lineStyle: { type: ["solid", "dashed", "dotted"][Math.floor(n / 3) % 3] },
      })),
    }),
    stacked: (data) => ({
      ...common(data),
      grid: frame(data),
      tooltip: { ...common(data).tooltip, trigger: "axis", axisPointer: { type: "shadow" } },
      xAxis: { type: "category", data: data.labels, ...labels() },
      yAxis: values(),
      series: data.series.map((line) => ({ type: "bar", stack: "all", name: line.name, data: line.values, barMaxWidth: 40 })),
    }),
    pie: (data) => ({
      ...common(data),
      legend: { show: false },
      series: [{
        type: "pie", radius: ["45%", "70%"], name: data.series[0].name,
        itemStyle: { borderColor: colour("surface"), borderWidth: 2 },
        label: { color: colour("ink"), formatter: ({ name, value }) => `${name} ${value} (${share(value, data.series[0].values)})` },
        data: data.labels.map((name, n) => ({ name, value: data.series[0].values[n] })),
      }],
    }),
  };

  onEach("[data-chart]", (box) => {
    const data = JSON.parse(document.getElementById(box.dataset.source).textContent);
    if (box.dataset.chart === "ranking") box.style.height = `${Math.max(8, data.labels.length * 1.6 + 3)}rem`;
    const chart = echarts.init(box);
    const draw = () => {
      ground = box;
      chart.setOption(OPTIONS[box.dataset.chart](data), true);
    };
    draw();
    new ResizeObserver(() => chart.resize()).observe(box);
    new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    if (data.urls) chart.on("click", ({ dataIndex }) => data.urls[dataIndex] && location.assign(data.urls[dataIndex]));
  });
})();
