package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A folder holds a log, or is the http address of one; it is also what tlog reads tiles through.
type folder string

// get reads one of the log's resources.
func (log folder) get(path string) ([]byte, error) {
	if !strings.HasPrefix(string(log), "http://") {
		return os.ReadFile(filepath.Join(string(log), path))
	}
	answer, err := http.Get(string(log) + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
		return io.ReadAll(answer.Body)
	case http.StatusNotFound:
		return nil, fmt.Errorf("%s: %w", path, os.ErrNotExist)
	}
	return nil, fmt.Errorf("%s: %s", path, answer.Status)
}

const height, width = 8, 256

func (log folder) Height() int { return height }

func (log folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (log folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		read, wide, err := log.read(tile)
		if err != nil {
			return nil, err
		}
		if len(read) != wide*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", tile.Path(), len(read))
		}
		data[i] = read[:tile.W*tlog.HashSize]
	}
	return data, nil
}

// read returns what is at the tile's address in C2SP's words (without the height, and with "entries" for Go's "data"), and how wide that is:
// a full tile serves where a partial one is gone.
func (log folder) read(tile tlog.Tile) ([]byte, int, error) {
	path := func(t tlog.Tile) string {
		name := strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", t.H))
		return "tile/" + strings.Replace(name, "data/", "entries/", 1)
	}
	read, err := log.get(path(tile))
	if errors.Is(err, os.ErrNotExist) && tile.W < width {
		tile.W = width
		read, err = log.get(path(tile))
	}
	return read, tile.W, err
}

// leaves hashes the first size entries, out of their bundles.
func (log folder) leaves(size int64) ([]tlog.Hash, error) {
	var leaves []tlog.Hash
	for n := int64(0); n*width < size; n++ {
		least := width
		if left := size - n*width; left < width {
			least = int(left)
		}
		bundle, wide, err := log.read(tlog.Tile{H: height, L: -1, N: n, W: least})
		if err != nil {
			return nil, err
		}
		for ; wide > 0; wide-- {
			if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
				return nil, fmt.Errorf("bundle %d ends early", n)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			leaves = append(leaves, tlog.RecordHash(bundle[2:end]))
			bundle = bundle[end:]
		}
		if len(bundle) > 0 {
			return nil, fmt.Errorf("bundle %d goes on", n)
		}
	}
	return leaves[:size], nil
}

// build has tlog make the tree of the leaves: its stored hashes, when it has that root.
func build(leaves []tlog.Hash, root tlog.Hash) ([]tlog.Hash, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	for n, leaf := range leaves {
		hashes, err := tlog.StoredHashesForRecordHash(int64(n), leaf, reader)
		if err != nil {
			return nil, err
		}
		stored = append(stored, hashes...)
	}
	built, err := tlog.TreeHash(int64(len(leaves)), reader)
	if err == nil && built != root {
		err = fmt.Errorf("their root is %v, the checkpoint's %v", built, root)
	}
	return stored, err
}

// compare reads every hash of every tile: those of entries must have the root, and all others be what follows from them. By itself tlog (x/mod 0.7)
// does not hold each tile that it reads against the one above: where hashes of the right edge share a tile, it leaves out as many others.
func compare(tiles tlog.HashReader, tree tlog.Tree) error {
	var stored []tlog.Hash
	for level := 0; tree.N>>level > 0; level += height {
		indexes := make([]int64, tree.N>>level)
		for n := range indexes {
			indexes[n] = tlog.StoredHashIndex(level, int64(n))
		}
		hashes, err := tiles.ReadHashes(indexes)
		if err == nil && level == 0 {
			stored, err = build(hashes, tree.Hash)
		}
		if err != nil {
			return err
		}
		for n, hash := range hashes {
			if hash != stored[indexes[n]] {
				return fmt.Errorf("hash %d of tile level %d is not that of the tile below", n, level/height)
			}
		}
	}
	return nil
}

// An ecdsaVerifier checks lines of type 2, which the note package leaves to its callers.
type ecdsaVerifier struct {
	name string
	hash uint32
	key  *ecdsa.PublicKey
}

func (v ecdsaVerifier) Name() string { return v.name }

func (v ecdsaVerifier) KeyHash() uint32 { return v.hash }

func (v ecdsaVerifier) Verify(msg, sig []byte) bool {
	sum := sha256.Sum256(msg)
	return ecdsa.VerifyASN1(v.key, sum[:], sig)
}

// A witness checks lines of type 4 (C2SP tlog-cosignature): a time, and an Ed25519 signature of two lines of its own before the text.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (v witness) Name() string { return v.name }

func (v witness) KeyHash() uint32 { return v.hash }

func (v witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(v.key, append([]byte(head), msg...), sig[8:])
}

// verifierOf reads a verifier key: the note package's own type, a witness's, or ECDSA with a key ID of the public key alone.
func verifierOf(text string) (note.Verifier, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("not a verifier key")
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err == nil && len(raw) == 1+ed25519.PublicKeySize && raw[0] == 4 {
		sum := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
		if fmt.Sprintf("%x", sum[:4]) != parts[1] {
			return nil, errors.New("the witness's key has another ID")
		}
		return witness{parts[0], binary.BigEndian.Uint32(sum[:]), raw[1:]}, nil
	}
	if err != nil || len(raw) == 0 || raw[0] != 2 {
		return note.NewVerifier(text)
	}
	public, err := x509.ParsePKIXPublicKey(raw[1:])
	if err != nil {
		return nil, err
	}
	key, ok := public.(*ecdsa.PublicKey)
	sum := sha256.Sum256(raw[1:])
	if !ok || fmt.Sprintf("%x", sum[:4]) != parts[1] {
		return nil, errors.New("the key is not ECDSA or has another ID")
	}
	return ecdsaVerifier{parts[0], binary.BigEndian.Uint32(sum[:]), key}, nil
}
