using System.Globalization;

namespace Consent.Audit.Evidence;

/// <summary>
/// <c>VERIFY.md</c>: how to check a package with our command line, and with programs of others: coreutils, jq and openssl for the manifest and the commitment, Go's
/// <c>sumdb</c> for the log. In Dutch and English; the commands are the same.
/// </summary>
internal static class EvidenceManual
{
    public static string Of(ReceiptEvidence evidence) => Text.Replace("{log}", evidence.Checkpoint.Origin, StringComparison.Ordinal)
        .Replace("{receipt}", evidence.Trace.Receipt.Id, StringComparison.Ordinal)
        .Replace("{index}", evidence.Receipt.Index.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{size}", evidence.Checkpoint.Size.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private const string Text = """
        # Controleren · How to verify

        NL: Dit pakket toont dat ontvangstbewijs {receipt} als nummer {index} in het logboek {log} staat, dat toen {size} regels had. Geloof niets ervan voordat u het hebt
        gecontroleerd. Vraag de sleutels van het logboek (bestand `keys`) langs een andere weg aan de verwerkingsverantwoordelijke en vergelijk ze: wie een pakket vervalst,
        legt er ook zijn eigen sleutels in.

        EN: This package shows that receipt {receipt} is entry {index} of the log {log}, which had {size} entries then. Believe none of it before you have checked it. Ask the
        controller for the keys of the log (file `keys`) by another way, and compare: whoever forges a package puts his own keys into it too.

        ## 1. Met de opdrachtregel van Consent · With the command line of Consent

        NL: Dit controleert alles hieronder in een keer, zonder iemand iets te vragen. `trusted-keys` zijn de sleutels die u langs een andere weg kreeg; zonder `--key` blijkt alleen
        dat het pakket met zichzelf klopt, en eindigt het met code 4.

        EN: This checks all of the below at once, and asks nobody. `trusted-keys` are the keys that you had by another way; without `--key` it shows only that the package agrees with
        itself, and ends with code 4.

            consent verify evidence.zip --key trusted-keys

        ## 2. Met coreutils, jq en openssl · With coreutils, jq and openssl

        NL: Zijn alle bestanden die waarvoor getekend is, en is er geen ander? De laatste opdracht zegt niets als dat zo is; `>` is een bestand waarvoor niet getekend is. Doe dit eerst:
        wat hieronder volgt, maakt zelf bestanden. EN: Are all files those that were signed for, and is there no other? The last command says nothing when it is so; `>` is a file that
        was not signed for. Do this first: what follows below makes files itself.

            unzip -d evidence evidence.zip && cd evidence
            sed -n 2p manifest.note | sha256sum -c --strict -
            jq -r '.files[] | "\(.sha256)  \(.name)"' manifest.json | sha256sum -c --strict -
            find . ! -type d -printf '%P\n' | sort > ../found
            jq -r '.files[].name, "manifest.json", "manifest.note"' manifest.json | sort | diff - ../found

        NL: Is de handtekening onder het manifest goed? De laatste regel van de notitie is die van de ECDSA-sleutel (P-256); neem uit `keys` de regel met `+AjBZ` die u vertrouwt.
        EN: Is the signature under the manifest right? The last line of the note is that of the ECDSA key (P-256); take from `keys` the line with `+AjBZ` that you trust.

            grep -F '+AjBZ' keys | head -n 1 | cut -d+ -f3- | base64 -d | tail -c +2 > key.der
            openssl pkey -pubin -inform DER -in key.der -out key.pem
            head -n 2 manifest.note > signed
            tail -n 1 manifest.note | cut -d' ' -f3 | base64 -d | tail -c +5 > signature
            openssl dgst -sha256 -verify key.pem -signature signature signed

        NL: Zegt de regel in het logboek iets over precies dit bewijs? De eerste uitkomst moet die achter `commitment` in de tweede zijn. EN: Is the entry in the log about this very
        receipt? What comes first must be what stands behind `commitment` in the second.

            jq -j .opening.salt proofs/receipt.json | base64 -d > preimage
            jq -j '.opening | "\(.kind)\n\(.heardAt)\n"' proofs/receipt.json >> preimage
            cat receipt.json >> preimage
            openssl dgst -sha256 -binary preimage | basenc --base64url | tr -d '='; echo
            jq -j .entry proofs/receipt.json | base64 -d; echo

        NL: Is dit de tekst die getoond werd? Beide uitkomsten moeten gelijk zijn. EN: Is this the text that was shown? Both must be the same.

            jq -r .receipt.declaration receipt.json
            sha256sum declaration.json

        ## 3. Met Go · With Go

        NL: `golang.org/x/mod/sumdb` van het Go-project controleert de handtekening onder het controlepunt en de plaats in het logboek. Bewaar dit als `main.go`. Waar `keys` geen
        Ed25519-sleutel heeft (de eerste regel, die dan `+AjBZ` bevat), kan dit programma de handtekening niet lezen; gebruik dan openssl, zoals hierboven, op het bestand `checkpoint`.

        EN: `golang.org/x/mod/sumdb` of the Go project checks the signature under the checkpoint and the place in the log. Save this as `main.go`. Where `keys` has no Ed25519 key
        (the first line, which then holds `+AjBZ`), this program cannot read the signature; then use openssl, as above, on the file `checkpoint`.

            go mod init check && go get golang.org/x/mod && go run . "$(head -n 1 keys)" proofs/receipt.json

        ```go
        package main

        import (
        	"encoding/json"
        	"fmt"
        	"log"
        	"os"
        	"strings"

        	"golang.org/x/mod/sumdb/note"
        	"golang.org/x/mod/sumdb/tlog"
        )

        func must(err error) {
        	if err != nil {
        		log.Fatal(err)
        	}
        }

        func main() {
        	key, err := note.NewVerifier(os.Args[1])
        	must(err)
        	text, err := os.ReadFile(os.Args[2])
        	must(err)
        	var given struct {
        		Entry []byte
        		Proof string
        	}
        	must(json.Unmarshal(text, &given))
        	head, signed, _ := strings.Cut(given.Proof, "\n\n")
        	checkpoint, err := note.Open([]byte(signed), note.VerifierList(key))
        	must(err)
        	lines := strings.Split(checkpoint.Text, "\n")
        	var size, index int64
        	_, err = fmt.Sscan(lines[1], &size)
        	must(err)
        	root, err := tlog.ParseHash(lines[2])
        	must(err)
        	var proof tlog.RecordProof
        	for _, line := range strings.Split(head, "\n")[1:] {
        		if _, err := fmt.Sscanf(line, "index %d", &index); err == nil {
        			continue
        		}
        		hash, err := tlog.ParseHash(line)
        		must(err)
        		proof = append(proof, hash)
        	}
        	must(tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(given.Entry)))
        	fmt.Println("entry", index, "of", size, "in", lines[0])
        }
        ```

        NL: Doe hetzelfde met elk ander bestand `proofs/*.json`. Een ontvangstmelding (`proofs/delivery-*.json`) staat met andere in een regel: `told` bewijst haar plaats daarin.

        EN: Do the same with every other file `proofs/*.json`. An acknowledgement (`proofs/delivery-*.json`) shares its entry with others: `told` proves its place in it.

        ## Wat dit niet toont · What this does not show

        NL: Dat na dit bewijs niets anders besloten werd; en wat in `trace.json` en `cover.html` staat en in geen bewijs: daarvoor tekent alleen het manifest.

        EN: That nothing else was decided after this receipt; and what stands in `trace.json` and `cover.html` and in no proof: the manifest alone is signed for that.

        """;
}
