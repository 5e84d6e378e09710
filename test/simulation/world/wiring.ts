import 'reflect-metadata';
import type { Provider, Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { SharedFiles } from '../../../src/admin/shared-files.service';
import { ApiKeys } from '../../../src/admin/api-keys.service';
import { AppModule, type Foundations } from '../../../src/app.module';
import { CatalogueService } from '../../../src/component-registry/catalogue/catalogue.service';
import { TrialsService } from '../../../src/sandbox/trials.service';

type Token = abstract new (...values: never[]) => unknown;

/**
 * The product's own wiring on simulated foundations: the providers of AppModule, put together without a web server in
 * a few microseconds. What writes files for people and other programs is left out, and what looks after components.
 */
export class Wiring {
  private readonly providers = new Map<unknown, Provider>();
  private readonly made = new Map<unknown, unknown>();

  constructor(foundations: Foundations) {
    for (const provider of AppModule.on(foundations).providers ?? [])
      this.providers.set(typeof provider === 'function' ? provider : provider.provide, provider);
    const discovery = { getProviders: () => [...this.made.values()].map((instance) => ({ instance })) };
    for (const [token, instance] of [
      [DiscoveryService, discovery],
      [MetadataScanner, new MetadataScanner()],
      [Reflector, new Reflector()],
      [SharedFiles, { start: () => Promise.resolve(), stop: () => Promise.resolve() }],
      [CatalogueService, { start: () => undefined, stop: () => Promise.resolve() }],
      [TrialsService, { start: () => Promise.resolve(), stop: () => Promise.resolve() }],
      [ApiKeys, { ensureFirstKey: () => Promise.resolve() }],
    ] as const)
      this.made.set(token, instance);
    for (const provider of this.providers.values()) if (typeof provider === 'function') this.make(provider);
  }

  get<T>(token: abstract new (...values: never[]) => T): T {
    return this.make(token) as T;
  }

  private make(token: Token): unknown {
    if (this.made.has(token)) return this.made.get(token);
    const provider = this.providers.get(token);
    if (!provider) throw new Error(`Nothing provides ${token.name}`);
    const instance =
      typeof provider === 'function'
        ? this.construct(provider)
        : 'useValue' in provider
          ? provider.useValue
          : undefined;
    this.made.set(token, instance);
    return instance;
  }

  private construct(type: Type): unknown {
    const needs = (Reflect.getMetadata('design:paramtypes', type) ?? []) as Token[];
    return new type(...needs.map((need) => this.make(need)));
  }
}
