// Before the first paint: the theme that was chosen here earlier, so that no page flashes in the other one.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch { /* storage is off: the system's choice stands */ }
