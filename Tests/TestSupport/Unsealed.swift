// Records as versions of the program wrote them that knew no seal: what a test changes in one is then taken as it stands.
import Foundation

/// A record's JSON without its seal, and without the digests of weights that came with it.
package func unsealed(_ json: String) -> String { json.replacing(/\n *"(?:seal|best|last)" : "[0-9a-f]{64}",/, with: "") }

/// The same of its bytes.
package func unsealed(_ json: Data) -> Data { Data(unsealed(String(decoding: json, as: UTF8.self)).utf8) }
