/** The browser's storage, which may be forbidden, full or damaged: then nothing is kept, and all else goes on. */
export function kept(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** @returns key and value of all whose keys begin so */
export function keptUnder(prefix) {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(prefix))
      .map((key) => [key, kept(key, null)])
      .filter(([, value]) => value !== null);
  } catch {
    return [];
  }
}

/** @returns whether it is kept */
export function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // See above.
  }
}
