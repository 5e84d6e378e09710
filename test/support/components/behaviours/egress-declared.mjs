export { limit, change } from './needs-egress.mjs';

export const about = 'As needs-egress, and its manifest says so.';
