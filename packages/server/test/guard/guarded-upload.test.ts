import { guardedUploadSuite } from "@countersign/core/testing/guarded-upload-suite";
import { underOldMasterSuite } from "@countersign/core/testing/under-old-master-suite";
import { dialect } from "../support/storage.ts";
import { openGuardModelWorld } from "./world.ts";

guardedUploadSuite(dialect, openGuardModelWorld);
underOldMasterSuite(dialect, openGuardModelWorld);
