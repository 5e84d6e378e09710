/** The browser's storage, which may be forbidden, full or damaged: then nothing is kept, and all else goes on. */
export function kept(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // See above.
  }
}

export function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // See above.
  }
}
