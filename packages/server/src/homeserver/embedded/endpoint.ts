import type { UploadUnit } from "@countersign/core";
import type * as matrixApi from "../../matrix-api/index.ts";
import type { ClientDataUnit, KeysUnit, RendezvousUnit } from "./ports.ts";

export type EmbeddedUnit = KeysUnit & ClientDataUnit & RendezvousUnit & UploadUnit;

export type { Caller, Visit } from "../../matrix-api/index.ts";
export type Call<Body> = matrixApi.Call<Body, EmbeddedUnit>;

/** One thing the homeserver does for apps. It writes by `call.write` alone. */
export type Endpoint = matrixApi.Endpoint<EmbeddedUnit>;

/** Paths of the client-server API, from the part after the version. */
export const v3 = (path: string): string => `/_matrix/client/v3/${path}`;
