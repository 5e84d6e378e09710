import type { Provider } from '@nestjs/common';
import { join } from 'node:path';
import { Settings } from '../../config/settings';
import { RegistryClient } from '../../oci/registry-client';
import { Clock } from '../../shared/clock';
import { registryReach } from '../registry-reach';
import { catalogueFolder } from './catalogue-folder';
import { ImageBindings } from './image-bindings';
import { OciRepositoryCatalogue } from './oci-repository-catalogue';
import { RepositoryCatalogue } from './repository-catalogue';
import { ShippedCatalogue } from './shipped-catalogue';
import { SourceCache } from './source-cache';
import { SourceReader } from './source-reader';
import { WebDocuments } from './web-documents';

export const CATALOGUE_PARTS: Provider[] = [
  { provide: ShippedCatalogue, useFactory: () => new ShippedCatalogue() },
  {
    provide: ImageBindings,
    inject: [Settings],
    useFactory: (settings: Settings) => new ImageBindings(join(catalogueFolder(settings), 'images')),
  },
  {
    provide: RepositoryCatalogue,
    inject: [Settings, Clock],
    useFactory: (settings: Settings, clock: Clock) =>
      new OciRepositoryCatalogue(new RegistryClient({ clock, ...registryReach(settings) })),
  },
  {
    provide: SourceReader,
    inject: [Settings, Clock, WebDocuments, RepositoryCatalogue],
    useFactory: (settings: Settings, clock: Clock, web: WebDocuments, repositories: RepositoryCatalogue) =>
      new SourceReader(clock, new SourceCache(join(catalogueFolder(settings), 'cache')), web, repositories),
  },
];
