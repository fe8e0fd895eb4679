import { describe, expect, it } from "vitest";
import { readAccount } from "../../src/main-cf/accounts.js";
import { folderWith } from "../support/folder.js";

const PASSWD = "root:x:0:0::/root:/bin/sh\n# eve:x:7:7:::\nann:x:4001:4001:::\nbad:x:y:1:::\n4002:x:4003:1:::\n\n";

describe("the account of a user", () => {
  it.each([
    ["ann", 4001, "ann"],
    ["4001", 4001, "ann"],
    ["0", 0, "root"],
    ["4999", 4999, undefined],
    ["4002", 4003, "4002"],
    ["eve", undefined, "eve"],
    ["bad", undefined, "bad"],
    ["99999999999", undefined, "99999999999"],
  ])("%s is number %s, name %s", async (user, uid, name) => {
    const folder = await folderWith({ passwd: PASSWD });
    expect(await readAccount(user, `${folder}/passwd`)).toEqual({ uid, name });
  });

  it("is not known without the file", async () => {
    await expect(readAccount("ann", "/nonexistent/passwd")).rejects.toMatchObject({ code: "FG_FILE_UNREADABLE" });
  });
});
