import { FollowedContainer } from './followed-container';

const NAME = /^[A-Za-z0-9][\w.-]*$/;

/** The containers an engine knows: its own, and those it was told to adopt. */
export class FollowedContainers {
  private readonly byName = new Map<string, FollowedContainer>();

  get all(): FollowedContainer[] {
    return [...this.byName.values()];
  }

  get(name: string): FollowedContainer | undefined {
    return this.byName.get(name);
  }

  adopt(name: string): void {
    this.byName.set(name, new FollowedContainer(name, true));
  }

  forget(name: string): void {
    this.byName.delete(name);
  }

  /** One of our own; known from now on. */
  follow(name: string): FollowedContainer {
    if (!NAME.test(name))
      throw new Error(
        `A container cannot be called ${JSON.stringify(name)}: letters, digits, "_", "." and "-" only.`,
      );
    const followed = this.byName.get(name) ?? new FollowedContainer(name, false);
    this.byName.set(name, followed);
    return followed;
  }

  known(name: string): FollowedContainer {
    const followed = this.byName.get(name);
    if (followed) return followed;
    throw new Error(
      `There is no container ${name}; there are: ${[...this.byName.keys()].join(', ') || 'none'}.`,
    );
  }
}
