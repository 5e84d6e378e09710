/** Rules that are no row of a table of fields or routes; each may be taken away by a test, which shows that it is needed. */
export const CHECKS = {
  'route.unlisted': 'A call that is not in the table of calls is refused.',
  'container.visible': 'A container without a label of ours does not exist for the client.',
  'container.managed': 'A container that is only watched may be looked at and restarted.',
  'network.visible': 'A network without our label does not exist for the client.',
  'volume.visible': 'A volume without our label does not exist for the client.',
  'image.pinned': 'Images are pulled and removed by digest, out of the registries the operator named.',
  'query.value': 'A query key holds what Docker documents for it.',
  'query.repeated': 'A query key stands once.',
  'container.name': 'A new container has a name with our prefix.',
  'container.rename':
    'A container keeps its name, but for stepping aside as NAME.old-HEX and back, or within our prefix.',
  'container.count': 'There is an upper bound to containers of ours.',
  'network.count': 'There is an upper bound to networks of ours.',
  'volume.count':
    'There is an upper bound to volumes of ours; to make one that is there already is none more.',
  'component.labels':
    'A component bears rdzen.managed, and no label of its image that decides anything here.',
  'component.network':
    'A component is on no network, or on one of ours that has no way out and no service of compose.',
  'component.volume': 'A volume that is mounted exists, is ours, and is a plain local one.',
  'image.volume':
    'An image declares no volume but where one of ours, or a tmpfs, is mounted; a replacement also has those of what it replaces.',
  'archive.place':
    'Files are read and written only where a plain volume of ours is mounted, in a container that Rdzen made itself.',
  'archive.content':
    'What is written are plain files and folders below that place, of RDZEN_GUARD_ARCHIVE_MB at most: no links, no devices, no setuid.',
  'helper.program': 'A helper is what its label says: the egress proxy, or the gate.',
  'helper.image': 'A helper is made of the image that the operator named, by its id.',
  'helper.open':
    'An egress proxy opens no network beyond the public internet but those of RDZEN_GUARD_EGRESS_PRIVATE, as they are spelt there.',
  'helper.network':
    'An egress proxy is on the network with the way out that the operator named, a gate on one of ours without any.',
  'core.number': 'A core says which it is: its number from 10 to 999, or that it is on trial.',
  'core.network':
    'A core is on the network that the operator named for cores, one on trial on one of ours without a way out.',
  'core.alias':
    'On the network of cores it answers to its own name alone, at an address that the engine gives it.',
  'core.volume': 'A volume that a core mounts exists, is ours, and is a plain local one.',
  'replacement.exists': 'What is replaced is a container of ours, by its full id, that is still there.',
  'replacement.name': 'What is replaced has stepped aside as NAME.old-HEX, and the new one takes NAME.',
  'replacement.image':
    'The image is the same, another one here of the same repository, or by its id one that it had before.',
  'replacement.networks': 'The new one is on networks of the old one only, under names it had there.',
  'connect.network':
    'A network of compose takes only what replaces a container on it, or a service of its own that lost it.',
  'connect.internal':
    'A network of ours that compose did not make is joined where it has no way out, or by what replaces a container on it.',
  'connect.aliases': 'On a network of compose nothing answers to the name of another service.',
} as const;

export type Check = keyof typeof CHECKS;
