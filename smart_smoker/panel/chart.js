"use strict";

/* The chart of a cook: what part of it somebody looks at, and how its lines and episodes are drawn.
   A probe's colour and line style go by its number, so there can be any number of probes. */
const cookChart = (() => {
  const root = document.documentElement;
  const COLOURS = 8; // of the palette in page.css
  const DASHES = ["solid", [2, 2], [9, 4], [9, 3, 2, 3], [1, 4], [14, 3]];
  const WIDTHS = [3]; // of the first probes; the others have 2
  const PLACES = ["insideStartTop", "insideMiddleTop", "insideEndTop"]; // of limits, to keep their words apart
  const LANE = 28; // px, for the episodes of one probe
  const LEFT = 58, RIGHT = 14, GAP = 8; // px: beside the lines, and between the words of notes

  let chart = null;
  let data = null;
  let behind = null; // an earlier cook, as it was when it was chosen
  let chosen = ""; // its id
  let span = 0; // seconds before the newest reading, 0 for the whole cook, null for a range
  let range = null; // seconds, what somebody has zoomed to
  let asking = false;
  let again = false;
  let later = null; // while somebody zooms

  async function look(id) {
    again = true;
    if (asking) return;
    asking = true;
    try {
      while (again) {
        again = false;
        const query = new URLSearchParams(location.search);
        if (span) query.set("span", span);
        if (range) query.set("begin", range[0]), query.set("end", range[1]);
        // It fails when the page is being left or its panel is away, which is told elsewhere.
        const answer = await fetch(`chart.json?${query}`).catch(() => null);
        if (!answer?.ok) return;
        data = await answer.json();
        const [first, last] = extent();
        if (range && (range[1] < first || range[0] > last)) setSpan(0); // Another cook has begun.
        while (!chart) {
          chart = getElement(id)?.chart;
          if (chart) chart.on("datazoom", zoomed);
          else await new Promise((resolve) => setTimeout(resolve, 10));
        }
        draw();
      }
    } finally {
      asking = false;
    }
  }

  function zoomed() {
    clearTimeout(later);
    later = setTimeout(() => {
      later = null;
      const { startValue, endValue } = chart.getOption().dataZoom[0];
      const [first, last] = extent();
      range = [startValue / 1000, endValue / 1000];
      span = null;
      if (range[0] <= first && range[1] >= last) setSpan(0);
      else press(), look();
    }, 250);
  }

  function setSpan(seconds) {
    span = seconds;
    range = null;
    press();
    look();
  }

  /* Have an earlier cook behind this one, in thin lines from the same beginning; none without an id. */
  async function setBehind(id) {
    chosen = id;
    const answer = id && await fetch(`chart.json?${new URLSearchParams({ cook: id })}`).catch(() => null);
    const found = answer?.ok ? await answer.json() : null;
    if (id !== chosen) return; // Another was chosen meanwhile.
    behind = found?.extent.length ? found : null;
    draw();
  }

  /* From when to when the chart goes, in seconds: as long as the longer of the two cooks. */
  function extent() {
    const [first, last] = data.extent;
    return [first, behind ? Math.max(last, first + behind.extent[1] - behind.extent[0]) : last];
  }

  function press() {
    for (const button of document.querySelectorAll("[data-span]"))
      button.setAttribute("aria-pressed", Number(button.dataset.span) === span);
  }

  const YEAR = 366 * 86400; // seconds; before their end no timestamp has named a day
  const SINCE = "since the beginning";

  /* The time of day, or hours and minutes since the beginning. */
  function clock(seconds) {
    const time = new Date(seconds * 1000).toISOString();
    return data.counted ? `+${Math.floor(seconds / 3600)}:${time.slice(14, 16)}` : time.slice(11, 16);
  }

  const tick = (ms) => clock(ms / 1000) + (ms % 60000 ? new Date(ms).toISOString().slice(16, 19) : "");

  function duration(seconds) {
    const minutes = Math.round(seconds / 60);
    return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }

  function words(episode) {
    const name = data.probes[episode.probe].name;
    const begin = `${name}: ${episodeBars.word(episode)} from ${clock(episode.begin)}`;
    if (episode.goes_on) return `${begin}, going on`;
    return `${begin} to ${clock(episode.end)}, ${duration(episode.end - episode.begin)}`;
  }

  /* The ends and the steps of a scale for these temperatures, all round numbers. */
  function scale(temperatures) {
    const least = temperatures.reduce((a, b) => Math.min(a, b), Infinity);
    const most = temperatures.reduce((a, b) => Math.max(a, b), -Infinity);
    const step = [2, 5, 10, 20, 50, 100].find((step) => most - least < 6 * step) ?? 200;
    const low = Math.floor(least / step) * step;
    return [low, Math.max(Math.ceil(most / step) * step, low + step), step];
  }

  const SILENT = 300; // seconds after its last reading that a probe still counts as read

  /* What a probe reads at a moment in ms, or null: probes are read at moments of their own. */
  function readingAt(points, ms) {
    const place = points.findLastIndex(([moment]) => moment <= ms);
    const [when, t] = points[place] ?? [ms, null];
    return place === points.length - 1 && ms - when > SILENT * 1000 ? null : t;
  }

  function draw() {
    // A reading that comes while somebody zooms must not set the zoom back; what ends it draws.
    if (later || !chart || !data?.extent.length) return;
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(name).trim();
    const probes = data.probes.map((_, number) => colour(`--probe-${number % COLOURS}`));
    const [ink, quiet, line, card] = ["--ink", "--quiet", "--line", "--card"].map(colour);
    const font = getComputedStyle(document.body).fontFamily;
    const shown = panel.unit() === "C" ? (f) => Math.round((f - 32) * 50 / 9) / 10 : (f) => f;
    const linesOf = (probes, shift) => probes.map((probe) =>
      probe.points.map(([moment, f]) => [(moment + shift) * 1000, f === null ? null : shown(f)]));
    const lines = linesOf(data.probes, 0);
    const earlier = behind ? linesOf(behind.probes, data.extent[0] - behind.extent[0]) : data.probes.map(() => []);
    const dotted = (points) => points.map((point, i) =>
      (points[i - 1]?.[1] ?? points[i + 1]?.[1] ?? null) === null
        ? { value: point, symbol: "circle", symbolSize: 7 } : point);
    const [first, last] = data.extent;
    const until = extent()[1];
    const [begin, end] = range ?? (span ? [Math.max(first, last - span), last] : [first, until]);
    const known = [...lines, ...earlier].flat().filter(([, t]) => t !== null);
    const seen = known.filter(([ms]) => ms >= begin * 1000 && ms <= end * 1000);
    const limits = data.probes.map((probe, number) =>
      probe.limits.map(({ kind, f }) => ({
        yAxis: shown(f), label: { formatter: `${probe.name} ${kind}`, position: PLACES[number % PLACES.length] },
      })));
    // Where somebody looks closely at a part, a limit far away must not flatten it.
    const marks = range || span ? [] : limits.flat().map((mark) => mark.yAxis);
    const [low, high, step] = scale([...(seen.length ? seen : known).map(([, t]) => t), ...marks]);
    const axis = { type: "time", min: first * 1000, max: until * 1000, axisTick: { show: false } };
    const bands = data.episodes.map((e) => [
      { xAxis: e.begin * 1000, itemStyle: { color: probes[e.probe], opacity: 0.13 } },
      { xAxis: e.end * 1000 },
    ]);
    const room = chart.getWidth() - LEFT - RIGHT;
    let taken = -GAP; // px, up to where the words of notes go
    const remarks = data.remarks.map(([moment, text]) => {
      const words = text.length > 24 ? `${text.slice(0, 23)}…` : text;
      const width = episodeBars.widthOf(words, font);
      const at = ((moment - begin) / (end - begin)) * room;
      const left = Math.max(0, Math.min(at - width / 2, room - width));
      const fits = at >= 0 && at <= room && left >= taken + GAP;
      if (fits) taken = left + width;
      return {
        xAxis: moment * 1000, lineStyle: { color: ink, type: "solid", width: 1 },
        label: {
          formatter: fits ? words : "", position: "end", rotate: 0, offset: [left + width / 2 - at, 0], color: ink,
        },
      };
    });
    const lanes = LANE * data.probes.length;
    chart.setOption({
      useUTC: true,
      animation: false,
      textStyle: { fontFamily: font, color: ink, fontSize: 13 },
      legend: {
        top: 0, left: "center", itemWidth: 32, itemHeight: 1, selectedMode: false,
        textStyle: { color: ink, fontSize: 14 }, data: data.probes.map((probe) => probe.name),
      },
      grid: [
        { left: LEFT, right: RIGHT, top: remarks.length ? 52 : 32, bottom: lanes + 94 },
        { left: LEFT, right: RIGHT, height: lanes, bottom: 84 },
      ],
      xAxis: [
        { ...axis, gridIndex: 0, axisLabel: { show: false }, axisLine: { lineStyle: { color: line } } },
        {
          ...axis, gridIndex: 1, axisLine: { lineStyle: { color: quiet } },
          name: data.counted ? `hours and minutes ${SINCE}` : "", nameLocation: "middle", nameGap: 25,
          nameTextStyle: { color: ink, fontSize: 12 },
          axisLabel: {
            color: ink, fontSize: 13, hideOverlap: true,
            formatter: data.counted || last < YEAR ? tick
              : { day: "{ee} {d}", hour: "{HH}:{mm}", minute: "{HH}:{mm}", second: "{HH}:{mm}:{ss}" },
          },
        },
      ],
      yAxis: [
        {
          gridIndex: 0, min: low, max: high, interval: step, splitLine: { lineStyle: { color: line } },
          axisLabel: { color: ink, fontSize: 13, formatter: "{value}°" },
        },
        {
          gridIndex: 1, type: "category", inverse: true, data: data.probes.map((probe) => probe.name),
          axisTick: { show: false }, axisLine: { show: false },
          axisLabel: { color: ink, fontSize: 13 }, splitLine: { show: true, lineStyle: { color: line } },
        },
      ],
      dataZoom: [
        {
          type: "inside", xAxisIndex: [0, 1], filterMode: "none", zoomOnMouseWheel: "ctrl",
          moveOnMouseMove: !matchMedia("(pointer: coarse)").matches, preventDefaultMouseMove: false,
          startValue: begin * 1000, endValue: end * 1000,
        },
        {
          type: "slider", xAxisIndex: [0, 1], filterMode: "none", bottom: 10, height: 34,
          startValue: begin * 1000, endValue: end * 1000, showDetail: false, brushSelect: false,
          borderColor: line, fillerColor: line + "88", handleStyle: { color: card, borderColor: quiet },
          moveHandleStyle: { color: quiet }, dataBackground: { lineStyle: { color: quiet }, areaStyle: { opacity: 0 } },
          selectedDataBackground: { lineStyle: { color: quiet }, areaStyle: { opacity: 0 } },
        },
      ],
      tooltip: {
        trigger: "axis", confine: true, backgroundColor: card, borderColor: quiet,
        textStyle: { color: ink, fontSize: 15, fontFamily: font },
        axisPointer: { lineStyle: { color: ink } },
        formatter: ([hit]) => {
          if (!hit) return "";
          const time = clock(hit.axisValue / 1000);
          const rows = data.probes.map(({ name }, number) => {
            const [now, before] = [lines, earlier].map((all) => readingAt(all[number], hit.axisValue));
            if (now === null && before === null) return "";
            const mark = `<span style="color:${probes[number]}">●</span>`;
            const text = now === null ? "–" : `${now.toFixed(1)} °${panel.unit()}`;
            return `${mark} ${name} ${text}${before === null ? "" : ` (earlier cook: ${before.toFixed(1)})`}`;
          });
          return [data.counted ? `${time} ${SINCE}` : time, ...rows].filter(Boolean).join("<br>");
        },
      },
      series: [
        ...lines.map((points, number) => ({
          id: `probe-${number}`, name: data.probes[number].name, type: "line", data: dotted(points),
          symbol: "none", connectNulls: false, color: probes[number], z: 10 - number,
          lineStyle: { width: WIDTHS[number] ?? 2, type: DASHES[number % DASHES.length], color: probes[number] },
          emphasis: { disabled: true },
          markArea: { silent: true, data: number === 0 ? bands : [] },
          markLine: {
            silent: true, symbol: "none", animation: false,
            data: [...limits[number], ...(number === 0 ? remarks : [])],
            lineStyle: { color: probes[number], type: "dotted", width: 2 }, label: { color: ink, fontSize: 12 },
          },
        })),
        {
          id: "episodes", type: "custom", xAxisIndex: 1, yAxisIndex: 1, clip: true,
          encode: { x: [1, 2], y: 0 },
          data: data.episodes.map((e) => [e.probe, e.begin * 1000, e.end * 1000]),
          renderItem: (params, api) => episodeBars.draw(params, api, data, { probes, ink, card, font, clock }),
          tooltip: { trigger: "item", formatter: (hit) => words(data.episodes[hit.dataIndex]) },
        },
        ...earlier.map((points, number) => ({
          id: `earlier-${number}`, type: "line", data: points, symbol: "none", connectNulls: false, silent: true,
          color: probes[number], lineStyle: { width: 1, opacity: 0.7 }, emphasis: { disabled: true },
        })),
      ],
    });
  }

  return { draw, look, setBehind, setSpan };
})();
