"use strict";

/* What only a browser knows: its colours, its unit, and for how long it has heard nothing. All that comes from the server here are numbers and our own words. */
const panel = (() => {
  const root = document.documentElement;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const PATIENCE = 4000; // ms without a sign of life until the page calls itself old

  // --- colours and unit ---

  function dress() {
    root.dataset.theme = localStorage.getItem("theme") ?? (prefersDark.matches ? "dark" : "light");
    const button = document.querySelector("[data-theme-switch]");
    button?.setAttribute("aria-pressed", root.dataset.theme === "dark");
    cookChart.draw();
  }

  function switchTheme() {
    localStorage.setItem("theme", root.dataset.theme === "dark" ? "light" : "dark");
    dress();
  }

  let unit = null; // until the server says in which it shows the page, or somebody switches it

  function setUnit(chosen) {
    unit = chosen;
    document.cookie = `unit=${unit}; path=/; max-age=31536000; samesite=lax`;
    cookChart.draw();
    return unit;
  }

  function look(id, shown) {
    unit ??= shown;
    cookChart.look(id);
  }

  // --- seen and heard without looking ---

  const icon = document.querySelector("link[rel=icon]");
  const calm = icon.href;
  const alarming = calm.replace(encodeURIComponent("#2b211b"), encodeURIComponent("#c4250c"));
  let urgent = false;

  /* Have the tab say this; what has become urgent is heard and shown, where that was asked for. */
  function tell([words, isUrgent]) {
    document.title = words ? `${words} · Smart Smoker` : "Smart Smoker";
    icon.href = isUrgent ? alarming : calm;
    const begins = isUrgent && !urgent && localStorage.getItem("sound") === "on";
    urgent = isUrgent;
    if (!begins) return;
    ring();
    if (window.Notification?.permission !== "granted") return;
    try {
      new Notification("Smart Smoker", { body: words });
    } catch { /* A phone's browser shows none without a service worker: it has rung. */ }
  }

  function ring() {
    const context = new AudioContext();
    for (const start of [0, 0.4, 0.8]) {
      const tone = context.createOscillator();
      tone.frequency.value = 880;
      tone.connect(context.destination);
      tone.start(context.currentTime + start);
      tone.stop(context.currentTime + start + 0.25);
    }
  }

  function showSound() {
    const button = document.querySelector("[data-sound-switch]");
    button?.setAttribute("aria-pressed", localStorage.getItem("sound") === "on");
  }

  /* A browser lets nothing sound, and asks for no permission, before somebody has pressed something. */
  function switchSound() {
    const on = localStorage.getItem("sound") !== "on";
    localStorage.setItem("sound", on ? "on" : "off");
    showSound();
    if (on) ring(), window.Notification?.requestPermission();
  }

  // --- life ---

  let heard = Date.now();
  const beat = () => { heard = Date.now(); root.classList.remove("cut"); };

  setInterval(() => {
    if (!document.querySelector(".page")) beat(); // It is not built yet, or is the login.
    if (Date.now() - heard < PATIENCE) return;
    root.classList.add("cut");
    // A panel that was started again, or wants a login, has to be asked for the page anew.
    if (!document.hidden) fetch("chart.json").then(() => location.reload(), () => {});
  }, 1000);

  prefersDark.addEventListener("change", dress);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-switch]")) switchTheme();
    if (event.target.closest("[data-sound-switch]")) switchSound();
    const button = event.target.closest("[data-span]");
    if (button) cookChart.setSpan(Number(button.dataset.span));
  });
  dress();
  return { beat, dress, look, setUnit, showSound, tell, unit: () => unit };
})();
