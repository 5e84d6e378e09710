export const about = 'Does what it says. All others are this one with something changed.';
export function change() {}
