import { Transform } from 'class-transformer';
import {
  ArrayUnique,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsIP,
  IsNumber,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
} from 'class-validator';

const LANGUAGES = ['en', 'pl'] as const;
export type Language = (typeof LANGUAGES)[number];

const number = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? Number(value) : value));
const list = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((item) => item.trim())
          .filter(Boolean)
      : value,
  );
const flag = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value,
  );
const url = (): PropertyDecorator =>
  IsUrl(
    { require_tld: false, protocols: ['http', 'https'], require_protocol: true },
    { message: 'must be an address that begins with http:// or https://' },
  );

/** Name of a container in Docker; optional. */
const containerName = (): PropertyDecorator => (target, property) => {
  IsOptional()(target, property);
  Matches(/^[A-Za-z0-9][\w.-]{0,127}$/, {
    message: 'must be the name of a container, as docker ps shows it',
  })(target, property);
};
const folder = (): PropertyDecorator => (target, property) => {
  IsOptional()(target, property);
  IsString()(target, property);
  MinLength(1)(target, property);
};
const REGISTRY = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i;

/** Every variable Rdzen reads, by its own name. A field without a default is unset when the variable is. */
export class Settings {
  /** `docker`: chat server and cores are containers beside us, and none is run here. */
  @IsIn(['embedded', 'docker'])
  RDZEN_PROFILE: 'embedded' | 'docker' = 'embedded';

  /** Where the Docker engine, or the docker-guard before it, listens. */
  @Matches(/^(unix:\/\/\/.+|(tcp|http):\/\/[\w.:[\]-]+)$/, {
    message: 'must be like unix:///var/run/docker.sock or tcp://127.0.0.1:2375',
  })
  RDZEN_DOCKER_HOST = 'unix:///var/run/docker.sock';

  /** Image of Rdzen, of which the egress proxy and the gate of components are made: name, `name@sha256:...` or id. */
  @IsOptional()
  @Matches(/^[a-z0-9][\w./:@-]{0,300}$/, { message: 'must be an image, as docker images shows it' })
  RDZEN_HELPER_IMAGE?: string;

  /** Docker network by which an egress proxy gets out. */
  @Matches(/^(?!(host|none|default)$)[A-Za-z0-9][\w.-]{0,127}$/, {
    message: 'must be the name of a network, as docker network ls shows it, and not host or none',
  })
  RDZEN_EGRESS_NETWORK = 'bridge';

  /** Docker network of cores that come as components; unset: that of the cores there are. */
  @IsOptional()
  @Matches(/^(?!(host|none|default)$)[A-Za-z0-9][\w.-]{0,127}$/, {
    message: 'must be the name of a network, as docker network ls shows it, and not host or none',
  })
  RDZEN_CORE_NETWORK?: string;

  /** Networks beyond the public internet that components may be approved for, as CIDR. */
  @list()
  @Matches(/^[0-9a-fA-F.:]+\/\d{1,3}$/, { each: true, message: 'must be networks such as 10.1.0.0/16' })
  RDZEN_EGRESS_PRIVATE: string[] = [];

  @number()
  @IsInt()
  @Min(0)
  @Max(65535)
  RDZEN_PORT = 5000;

  @number()
  @IsInt()
  @Min(0)
  @Max(65535)
  RDZEN_CHAT_PORT = 3000;

  @IsIP()
  RDZEN_BIND = '127.0.0.1';

  /** Where people reach the API, behind a proxy or a published port; unset: where it listens. */
  @IsOptional()
  @url()
  RDZEN_URL?: string;

  /** Where people reach a chat server of others; unset: ROCKETCHAT_URL. */
  @IsOptional()
  @url()
  RDZEN_CHAT_URL?: string;

  @IsString()
  @MinLength(1)
  RDZEN_DATA = './data';

  @IsIn(LANGUAGES)
  RDZEN_LANGUAGE: Language = 'en';

  @IsIn(['auto', 'ollama', 'engine', 'scripted'])
  RDZEN_CORE: 'auto' | 'ollama' | 'engine' | 'scripted' = 'auto';

  /** Number of embedded cores; a core with OLLAMA_URL_CORE<n> is external. */
  @number()
  @IsInt()
  @Min(1)
  @Max(8)
  RDZEN_CORES = 2;

  @IsOptional()
  @IsString()
  @Matches(/^[\w./:@#-]{1,200}$/)
  RDZEN_MODEL?: string;

  /** A GGUF file for the built-in engine, in place of a model it fetches. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  RDZEN_MODEL_FILE?: string;

  @number()
  @IsInt()
  @Min(512)
  @Max(1_048_576)
  RDZEN_NUM_CTX = 4096;

  /** Upper bound of one answer, tokens. */
  @number()
  @IsInt()
  @Min(16)
  @Max(65_536)
  RDZEN_NUM_PREDICT = 1024;

  @IsOptional()
  @number()
  @IsInt()
  @Min(1)
  @Max(512)
  RDZEN_NUM_THREAD?: number;

  @IsOptional()
  @number()
  @IsNumber()
  @Min(0)
  @Max(2)
  RDZEN_TEMPERATURE?: number;

  /** Questions one core answers at the same time; must not exceed the core's OLLAMA_NUM_PARALLEL. */
  @number()
  @IsInt()
  @Min(1)
  @Max(64)
  RDZEN_CORE_SLOTS = 1;

  @IsOptional()
  @IsString()
  @MinLength(1)
  RDZEN_SYSTEM_PROMPT_FILE?: string;

  @IsIn(['thread', 'room'])
  RDZEN_ANSWER_IN: 'thread' | 'room' = 'thread';

  @flag()
  @IsBoolean()
  RDZEN_STREAMING = true;

  @Matches(/^[\w.-]{1,120}$/)
  RDZEN_NOTICE_ROOM = 'general';

  @Matches(/^[\w.-]{1,120}$/)
  RDZEN_ADMIN_ROOM = 'rdzen-admin';

  @list()
  @ArrayUnique()
  @IsString({ each: true })
  RDZEN_OPERATOR_ROLES: string[] = [];

  /** User names or ids of other bots, never answered. */
  @list()
  @ArrayUnique()
  @IsString({ each: true })
  RDZEN_KNOWN_BOTS: string[] = [];

  @IsIn(['debug', 'info', 'warn', 'error'])
  RDZEN_LOG_LEVEL: 'debug' | 'info' | 'warn' | 'error' = 'info';

  @IsIn(['text', 'json'])
  RDZEN_LOG_FORMAT: 'text' | 'json' = 'text';

  /** Ollama's own variable: the folder of the models, where it is not the default one. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  OLLAMA_MODELS?: string;

  @IsOptional()
  @url()
  ROCKETCHAT_URL?: string;

  @IsString()
  @MinLength(1)
  ROCKETCHAT_USER = 'system-bot';

  @IsOptional()
  @IsString()
  @MinLength(1)
  ROCKETCHAT_PASSWORD?: string;

  /** A file that holds the password; read at the start. */
  @folder()
  ROCKETCHAT_PASSWORD_FILE?: string;

  /** An administrator of the chat server, by whom the assistant's account is made. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  ROCKETCHAT_ADMIN_USER?: string;

  @IsOptional()
  @IsString()
  @MinLength(1)
  ROCKETCHAT_ADMIN_PASSWORD?: string;

  @folder()
  ROCKETCHAT_ADMIN_PASSWORD_FILE?: string;

  /** Mail address the assistant's account is made with; unset: one of a domain that cannot exist. */
  @IsOptional()
  @IsEmail({ allow_utf8_local_part: false, require_tld: false }, { message: 'must be a mail address' })
  ROCKETCHAT_EMAIL?: string;

  /** The administrator also sets what the assistant needs of the workspace's settings. */
  @flag()
  @IsBoolean()
  ROCKETCHAT_ADJUST_SETTINGS = false;

  /** Personal access token, with ROCKETCHAT_USER_ID, in place of a password. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  ROCKETCHAT_TOKEN?: string;

  @IsOptional()
  @IsString()
  @MinLength(1)
  ROCKETCHAT_USER_ID?: string;

  @number()
  @IsInt()
  @Min(1)
  @Max(8)
  ACTIVE_CORE_ID = 1;

  /** The core to go back to when it has been well for long. */
  @IsOptional()
  @number()
  @IsInt()
  @Min(1)
  @Max(8)
  RDZEN_PREFERRED_CORE?: number;

  @IsOptional()
  @url()
  OLLAMA_URL_CORE1?: string;
  @IsOptional()
  @url()
  OLLAMA_URL_CORE2?: string;
  @IsOptional()
  @url()
  OLLAMA_URL_CORE3?: string;
  @IsOptional()
  @url()
  OLLAMA_URL_CORE4?: string;
  @IsOptional()
  @url()
  OLLAMA_URL_CORE5?: string;
  @IsOptional()
  @url()
  OLLAMA_URL_CORE6?: string;
  @IsOptional()
  @url()
  OLLAMA_URL_CORE7?: string;
  @IsOptional()
  @url()
  OLLAMA_URL_CORE8?: string;

  /** The Ollama of the sandbox: asked by trials of components, and by nothing else. */
  @IsOptional()
  @url()
  OLLAMA_URL?: string;

  @containerName()
  RDZEN_CONTAINER_CORE1?: string;
  @containerName()
  RDZEN_CONTAINER_CORE2?: string;
  @containerName()
  RDZEN_CONTAINER_CORE3?: string;
  @containerName()
  RDZEN_CONTAINER_CORE4?: string;
  @containerName()
  RDZEN_CONTAINER_CORE5?: string;
  @containerName()
  RDZEN_CONTAINER_CORE6?: string;
  @containerName()
  RDZEN_CONTAINER_CORE7?: string;
  @containerName()
  RDZEN_CONTAINER_CORE8?: string;

  /** The chat server and its database, where they are containers. */
  @containerName()
  RDZEN_CONTAINER_ROCKETCHAT?: string;
  @containerName()
  RDZEN_CONTAINER_MONGODB?: string;

  /** Image registries, as host or host:port, that are asked without TLS; those on this machine always are. */
  @list()
  @ArrayUnique()
  @Matches(REGISTRY, {
    each: true,
    message: 'must be registries as host or host:port, comma-separated',
  })
  RDZEN_REGISTRY_PLAIN_HTTP: string[] = [];

  /** The registry of one's own, by the name under which Docker takes images from it; `component pack` pushes there. */
  @IsOptional()
  @Matches(REGISTRY, { message: 'must be a registry as host or host:port' })
  RDZEN_REGISTRY?: string;

  /** Where Rdzen reaches that registry, if Docker has another name for it; asked without TLS. */
  @IsOptional()
  @Matches(REGISTRY, { message: 'must be a registry as host or host:port' })
  RDZEN_REGISTRY_ADDRESS?: string;

  /** Account at the registry that components are pushed to. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  RDZEN_REGISTRY_USER?: string;

  @IsOptional()
  @IsString()
  @MinLength(1)
  RDZEN_REGISTRY_PASSWORD?: string;

  @folder()
  RDZEN_REGISTRY_PASSWORD_FILE?: string;

  @folder()
  RDZEN_MODELS_CORE1?: string;
  @folder()
  RDZEN_MODELS_CORE2?: string;
  @folder()
  RDZEN_MODELS_CORE3?: string;
  @folder()
  RDZEN_MODELS_CORE4?: string;
  @folder()
  RDZEN_MODELS_CORE5?: string;
  @folder()
  RDZEN_MODELS_CORE6?: string;
  @folder()
  RDZEN_MODELS_CORE7?: string;
  @folder()
  RDZEN_MODELS_CORE8?: string;
}

/** Variables whose value must never be shown. */
export const SECRET_SETTINGS: ReadonlySet<string> = new Set([
  'ROCKETCHAT_PASSWORD',
  'ROCKETCHAT_ADMIN_PASSWORD',
  'ROCKETCHAT_TOKEN',
  'RDZEN_REGISTRY_PASSWORD',
]);
