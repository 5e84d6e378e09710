const MOST = 63;

/** The name by which others reach a service on its network: the last part of its name, as a host name. */
export function hostNameOf(component: string): string {
  const last = component.split('/').at(-1) ?? component;
  return last
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, MOST)
    .replace(/-+$/, '');
}
