import { openGuardWorldOn } from "../test/guard-world.ts";
import { guardedUploadSuite } from "../test/guarded-upload-suite.ts";
import { memoryGround } from "../test/memory-ground.ts";
import { underOldMasterSuite } from "../test/under-old-master-suite.ts";

const open = async () => openGuardWorldOn(memoryGround());

guardedUploadSuite("memory", open);
underOldMasterSuite("memory", open);
