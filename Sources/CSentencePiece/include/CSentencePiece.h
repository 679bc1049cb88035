// A thin C interface over the SentencePiece library (C++).
#pragma once
