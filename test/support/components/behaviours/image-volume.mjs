export const about =
  'The good one: its image declares a volume that its manifest does not have, a place to write without a limit.';
export function change() {}
