# Usage: check.py URL. A transaction in JSON, the message in base64. Whatever is no decision is to be deferred.
import base64
import json
import sys
import urllib.request


def check(message: bytes) -> str:
    transaction = {
        "login": "ann",
        "envelopeFrom": "ann@example.com",
        "message": base64.b64encode(message).decode("ascii"),
    }
    request = urllib.request.Request(
        sys.argv[1] + "/v1/check",
        data=json.dumps(transaction).encode(),
        headers={"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            decision = json.load(response) if response.status == 200 else {}
        return f"{decision['action']} {decision['code']}"
    except (OSError, ValueError, KeyError) as error:
        return f"defer {error}"


print("python, honest:", check(b"From: ann@example.com\r\n\r\nhello\r\n"))
print("python, forged header:", check(b"From: Bob <bob@example.com>\r\n\r\nhello\r\n"))
