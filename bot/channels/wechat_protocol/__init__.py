"""How WeChat speaks: signatures, encryption, XML, texts and the HTTP API. Knows nothing of conversations."""
