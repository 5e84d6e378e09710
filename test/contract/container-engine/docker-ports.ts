import { ContainerAttachments } from '../../../src/containers/container-attachments';
import { ContainerImages } from '../../../src/containers/container-images';
import { ContainerNetworks } from '../../../src/containers/container-networks';
import { ContainerVolumes } from '../../../src/containers/container-volumes';

/** Containers by somebody else's hand, for what the ports are to be used with. */
export interface Shells {
  /** Of /bin/sh, with an open stdin that closes with its first client; not started. @returns its id */
  make(name: string, script: string, volumes?: string[]): Promise<string>;
  start(name: string): Promise<void>;
  /** Names of the networks it is on. */
  networks(name: string): Promise<string[]>;
}

export interface PortsUnderTest {
  attachments: ContainerAttachments;
  images: ContainerImages;
  networks: ContainerNetworks;
  volumes: ContainerVolumes;
  shells: Shells;
  /** That is there, with /bin/sh as its entrypoint. */
  image: string;
  close(): Promise<void>;
}
