export const about =
  'The good one: the lie is on its image, whose label gives the name of another component.';
export function change() {}
