/** The release whose lock files are in `locks/`. Raising it means running `make-locks.mjs` again. */
export const ENGINE_VERSION = '3.21.1';
