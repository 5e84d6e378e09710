// A classic script, run before anything is painted: the chosen colours must not come in late.
try {
  const { theme } = JSON.parse(localStorage.getItem('rdzen-chat-preferences')) ?? {};
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden or damaged: the system's colours.
}
