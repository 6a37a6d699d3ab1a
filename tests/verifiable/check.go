// A stranger's look at a verifiable log in a folder or at an address, as C2SP tlog-tiles lays it out: the Go project's sumdb/note opens its checkpoint, and
// sumdb/tlog recomputes the tree from the entries, reads every tile, checks the proofs that it was given and makes the same ones itself.
// Nothing of ours is in here; what is, is glue: C2SP's names for tiles, length-prefixed entries, and the lines that the note package leaves to others:
// ECDSA, and witnesses' cosignatures.
//
//	check TASKS.json    a list of tasks; a line for each check, "ok TASK: CHECK" or "refused TASK: CHECK: why"; 0 when what was refused is what had to be
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type task struct {
	Name, Log, Origin string
	Keys              []string
	// Entries and proofs as they were handed out, and checkpoints that were seen before, each with the proof that this one follows from it.
	Inclusion []struct {
		Index int64
		Entry []byte
		Proof []tlog.Hash
	}
	Consistency []struct {
		Checkpoint string
		Proof      []tlog.Hash
	}
	// By the name of a check: a part of why it must be refused. All other checks must hold.
	Refused map[string]string
}

// tell prints what came of a check, and remembers whether that was to be.
type tell func(check string, err error) bool

func main() {
	text, err := os.ReadFile(os.Args[1])
	var tasks []task
	if err == nil {
		err = json.Unmarshal(text, &tasks)
	}
	if err != nil || len(tasks) == 0 {
		fmt.Fprintln(os.Stderr, "no tasks:", err)
		os.Exit(2)
	}
	failed := false
	for _, t := range tasks {
		due := t.Refused
		t.run(func(check string, err error) bool {
			why, refuse := due[check]
			delete(due, check)
			if err == nil {
				fmt.Printf("ok %s: %s\n", t.Name, check)
			} else {
				fmt.Printf("refused %s: %s: %v\n", t.Name, check, err)
			}
			if refuse != (err != nil) || refuse && !strings.Contains(err.Error(), why) {
				failed = true
				fmt.Fprintf(os.Stderr, "%s: %s: must be refused: %t %s; %v\n", t.Name, check, refuse, why, err)
			}
			return err == nil
		})
		for check := range due {
			failed = true
			fmt.Fprintf(os.Stderr, "%s: %s: was not tried\n", t.Name, check)
		}
	}
	if failed {
		os.Exit(1)
	}
}

func (t task) run(tell tell) {
	var keys []note.Verifier
	for _, text := range t.Keys {
		// As it stands in a log's list of keys: what has ended is a comment there.
		if strings.HasPrefix(text, "#") {
			continue
		}
		key, err := verifierOf(text)
		if err != nil {
			tell("key", err)
			return
		}
		keys = append(keys, key)
	}
	text, err := folder(t.Log).get("checkpoint")
	if err != nil {
		tell("checkpoint", err)
		return
	}
	tree, err := t.open(string(text), keys)
	if !tell("checkpoint", err) {
		return
	}

	log := folder(t.Log)
	leaves, err := log.leaves(tree.N)
	if err == nil {
		_, err = build(leaves, tree.Hash)
	}
	tell("entries", err)
	tiles := tlog.TileHashReader(tree, log)
	tell("tiles", compare(tiles, tree))

	for _, given := range t.Inclusion {
		leaf := tlog.RecordHash(given.Entry)
		tell(fmt.Sprintf("inclusion %d", given.Index), tlog.CheckRecord(given.Proof, tree.N, tree.Hash, given.Index, leaf))
		made, err := tlog.ProveRecord(tree.N, given.Index, tiles)
		if err == nil {
			err = tlog.CheckRecord(made, tree.N, tree.Hash, given.Index, leaf)
		}
		tell(fmt.Sprintf("inclusion %d by tiles", given.Index), err)
	}
	for i, given := range t.Consistency {
		older, err := t.open(given.Checkpoint, keys)
		if err != nil {
			tell(fmt.Sprintf("older checkpoint %d", i), err)
			continue
		}
		tell(fmt.Sprintf("consistency %d", older.N), tlog.CheckTree(given.Proof, tree.N, tree.Hash, older.N, older.Hash))
		made, err := tlog.ProveTree(tree.N, older.N, tiles)
		if err == nil {
			err = tlog.CheckTree(made, tree.N, tree.Hash, older.N, older.Hash)
		}
		tell(fmt.Sprintf("consistency %d by tiles", older.N), err)
	}
}

// open returns the tree that a checkpoint tells of, once each of the keys has signed it.
func (t task) open(text string, keys []note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open([]byte(text), note.VerifierList(keys...))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(opened.Sigs) != len(keys) {
		return tlog.Tree{}, fmt.Errorf("%d of %d keys signed it", len(opened.Sigs), len(keys))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != t.Origin {
		return tlog.Tree{}, errors.New("it is not a checkpoint of this log")
	}
	var tree tlog.Tree
	if _, err := fmt.Sscanf(lines[1], "%d", &tree.N); err != nil || fmt.Sprint(tree.N) != lines[1] || tree.N < 0 {
		return tlog.Tree{}, errors.New("its size is not a number")
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}
