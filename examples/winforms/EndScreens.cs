// How a check ends: the insurance, or what went wrong and what to do about it.
using System;
using System.Collections.Generic;
using System.Drawing;
using System.Windows.Forms;
using Mynacard;

namespace ReceptionDesk
{
    /// <summary>The large sign at the top.</summary>
    internal sealed class Banner : Sheet
    {
        internal readonly Words Headline, Explanation;
        private readonly Mark mark;
        private readonly bool built;

        internal Banner(string name) : base(name)
        {
            Headline = new Words(name + "Headline", 46, true, Color.White);
            Explanation = new Words(name + "Explanation", 19, false, Color.White);
            mark = new Mark(name + "Mark");
            Controls.AddRange(new Control[] { mark, Headline, Explanation });
            built = true;
        }

        internal void Say(Color colour, char sign, string headline, string explanation)
        {
            Fill = Edge = colour;
            mark.Sign = sign;
            Headline.Text = headline;
            Explanation.Text = explanation;
            PerformLayout();
            Invalidate(true);
        }

        protected override void OnLayout(LayoutEventArgs e)
        {
            base.OnLayout(e);
            if (!built) return;
            int side = Math.Min(Ui.Px(76), Height - Ui.Px(20)), text = side + Ui.Px(56);
            mark.SetBounds(Ui.Px(30), (Height - side) / 2, side, side);
            if (Explanation.Text.Length == 0)
            {
                Headline.Font = Ui.Font(28, true);
                Headline.SetBounds(text, 0, Width - text - Ui.Px(20), Height);
            }
            else
            {
                Headline.Font = Ui.Font(46, true);
                Headline.SetBounds(text, Ui.Px(4), Width - text - Ui.Px(20), Ui.Px(72));
                Explanation.SetBounds(text, Ui.Px(74), Width - text - Ui.Px(20), Height - Ui.Px(82));
            }
        }
    }

    internal sealed class ResultScreen : Panel
    {
        private const int Rows = 5;
        internal readonly Banner Banner = new Banner("result");
        internal readonly Touch Close = Touch.Primary("close", "閉じる", 24);
        private readonly Sheet person = new Sheet("person"), facts = new Sheet("facts"), notes = new Sheet("notes") { Fill = Ui.PaleAmber, Edge = Color.FromArgb(0xE0, 0xB9, 0x6A) };
        private readonly Words name = new Words("name", 34, true, Ui.Ink), kana = new Words("kana", 17, false, Ui.Quiet), birth = new Words("birth", 20, false, Ui.Ink), sex = new Words("sex", 20, false, Ui.Ink);
        private readonly Words notesTitle = new Words("notesTitle", 18, true, Ui.Amber) { Text = "ご注意" }, note = new Words("note", 18, false, Ui.Ink).At(StringAlignment.Near, StringAlignment.Near);
        private readonly Words record = new Words("record", 15, false, Ui.Quiet), wipe = new Words("wipe", 15, false, Ui.Quiet) { Text = "「閉じる」を押すと、表示した内容を消します。" };
        private readonly bool built;
        private readonly List<Words> labels = new List<Words>(), values = new List<Words>();

        internal ResultScreen()
        {
            Name = "resultScreen";
            BackColor = Ui.Ground;
            person.Controls.AddRange(new Control[] { kana, name, birth, sex });
            for (var one = 0; one < 2 * Rows; one++)
            {
                labels.Add(new Words("factLabel" + one, 15, false, Ui.Quiet));
                values.Add(new Words("fact" + one, 22, true, Ui.Ink));
                facts.Controls.Add(labels[one]);
                facts.Controls.Add(values[one]);
            }
            notes.Controls.AddRange(new Control[] { notesTitle, note });
            Controls.AddRange(new Control[] { Banner, person, facts, notes, record, wipe, Close });
            built = true;
        }

        internal void Show(Outcome shown)
        {
            Banner.Say(shown.Good ? Ui.Green : Ui.Red, shown.Good ? 'v' : 'x', shown.Headline, shown.Explanation);
            name.Text = shown.Name == null ? "" : shown.Name + "　様";
            kana.Text = shown.Kana ?? "";
            birth.Text = shown.Birth ?? "";
            sex.Text = shown.Sex ?? "";
            for (var one = 0; one < values.Count; one++)
            {
                var known = one < shown.Facts.Count;
                labels[one].Text = known ? shown.Facts[one].Key : "";
                values[one].Text = known ? shown.Facts[one].Value : "";
            }
            person.Visible = shown.Name != null;
            facts.Visible = shown.Facts.Count > 0;
            note.Text = string.Join("\n", shown.Notes.ConvertAll(one => "・" + one).ToArray());
            notes.Visible = shown.Notes.Count > 0;
            // Amber where something must be heeded; the usual next step is none.
            var warns = shown.Warns || !shown.Good;
            notes.Fill = warns ? Ui.PaleAmber : Ui.PaleBlue;
            notes.Edge = warns ? Color.FromArgb(0xE0, 0xB9, 0x6A) : Color.FromArgb(0xB9, 0xCF, 0xE6);
            notesTitle.Text = warns ? "ご注意" : "ご案内";
            notesTitle.ForeColor = warns ? Ui.Amber : Ui.Blue;
            record.Text = shown.Record ?? "";
            PerformLayout();
        }

        internal void Wipe()
        {
            foreach (var words in labels) words.Text = "";
            foreach (var words in values) words.Text = "";
            foreach (var words in new[] { name, kana, birth, sex, note, record, Banner.Headline, Banner.Explanation }) words.Text = "";
        }

        protected override void OnLayout(LayoutEventArgs e)
        {
            base.OnLayout(e);
            if (!built) return;
            int edge = Ui.Px(28), wide = Width - 2 * edge, at = Ui.Px(24);
            Banner.SetBounds(edge, at, wide, Ui.Px(116));
            at = Banner.Bottom + Ui.Px(14);
            person.SetBounds(edge, at, wide, Ui.Px(98));
            var half = (wide - 3 * edge) * 56 / 100;
            kana.SetBounds(edge, Ui.Px(10), half, Ui.Px(28));
            name.SetBounds(edge, Ui.Px(36), half, Ui.Px(52));
            birth.SetBounds(2 * edge + half, Ui.Px(36), (wide - 3 * edge - half) * 3 / 4, Ui.Px(52));
            sex.SetBounds(birth.Right, Ui.Px(36), wide - birth.Right - edge, Ui.Px(52));
            if (name.Text.Length > 0) at = person.Bottom + Ui.Px(14);
            Close.SetBounds(Width - edge - Ui.Px(300), Height - Ui.Px(68 + 20), Ui.Px(300), Ui.Px(68));
            record.SetBounds(edge, Close.Top + Ui.Px(4), Close.Left - 2 * edge, Ui.Px(30));
            wipe.SetBounds(edge, Close.Top + Ui.Px(34), Close.Left - 2 * edge, Ui.Px(30));
            var noteHigh = 0;
            // Not Visible, which says no while the whole screen is hidden.
            if (note.Text.Length > 0)
            {
                noteHigh = Math.Max(Ui.Px(44), Ui.Height(note.Text, note.Font, wide - Ui.Px(120) - edge) + Ui.Px(22));
                notes.SetBounds(edge, Close.Top - noteHigh - Ui.Px(14), wide, noteHigh);
                notesTitle.SetBounds(edge, Ui.Px(2), Ui.Px(84), Ui.Px(42));
                note.SetBounds(Ui.Px(120), Ui.Px(10), wide - Ui.Px(120) - edge, noteHigh - Ui.Px(12));
            }
            var room = Close.Top - at - Ui.Px(14) - (note.Text.Length > 0 ? noteHigh + Ui.Px(14) : 0);
            facts.SetBounds(edge, at, wide, Math.Min(room, Ui.Px(344)));
            int row = (facts.Height - Ui.Px(20)) / Rows, column = (wide - 3 * edge) / 2;
            for (var one = 0; one < labels.Count; one++)
            {
                int x = edge + one % 2 * (column + edge), y = Ui.Px(10) + one / 2 * row, label = Ui.Px(156);
                labels[one].SetBounds(x, y, label, row);
                values[one].SetBounds(x + label, y, column - label, row);
            }
        }
    }

    /// <summary>What happened, what to do next, what to tell the patient.</summary>
    internal sealed class TroubleScreen : Panel
    {
        internal readonly Banner Banner = new Banner("trouble");
        internal readonly Touch Again = Touch.Primary("again", "もう一度", 22), Deliver = Touch.Primary("deliver", "再送する", 22), Close = Touch.Plain("closeTrouble", "閉じる", 22);
        private readonly bool built;
        private readonly Sheet next = new Sheet("nextSheet"), patient = new Sheet("patientSheet");
        private readonly Words nextTitle = new Words("nextTitle", 18, true, Ui.Blue) { Text = "次にすること" }, nextText = new Words("next", 22, false, Ui.Ink).At(StringAlignment.Near, StringAlignment.Near);
        private readonly Words patientTitle = new Words("patientTitle", 18, true, Ui.Blue) { Text = "患者さんへのご案内" }, patientText = new Words("patient", 22, false, Ui.Ink).At(StringAlignment.Near, StringAlignment.Near);
        private readonly Words tries = new Words("tries", 22, true, Ui.Red), code = new Words("code", 16, false, Ui.Quiet);

        internal TroubleScreen()
        {
            Name = "troubleScreen";
            BackColor = Ui.Ground;
            next.Controls.AddRange(new Control[] { nextTitle, nextText });
            patient.Controls.AddRange(new Control[] { patientTitle, patientText });
            Controls.AddRange(new Control[] { Banner, tries, next, patient, code, Again, Deliver, Close });
            built = true;
        }

        internal void Show(string happened, string whatNext, string whatPatient, string whichCode, int? left, bool grave, bool deliver)
        {
            Banner.Say(grave ? Ui.Red : Ui.Amber, '!', happened, "");
            nextText.Text = whatNext;
            patientText.Text = whatPatient;
            patient.Visible = whatPatient.Length > 0;
            tries.Text = left == null ? "" : left == 0 ? "暗証番号はロックされています" : "残り" + left + "回";
            code.Text = whichCode.Length == 0 ? "" : "コード " + whichCode;
            Deliver.Visible = deliver;
            Again.Quiet = deliver; // delivering again is the better choice where it is one
            Again.Text = deliver ? "最初から" : "もう一度";
            PerformLayout();
        }

        internal void Wipe()
        {
            foreach (var words in new[] { nextText, patientText, tries, code, Banner.Headline, Banner.Explanation }) words.Text = "";
        }

        private static int PlaceSheet(Sheet sheet, Words title, Words text, int edge, int at, int wide)
        {
            var high = Ui.Height(text.Text, text.Font, wide - 2 * edge) + Ui.Px(74);
            sheet.SetBounds(edge, at, wide, high);
            title.SetBounds(edge, Ui.Px(12), wide - 2 * edge, Ui.Px(32));
            text.SetBounds(edge, Ui.Px(50), wide - 2 * edge, high - Ui.Px(58));
            return at + high + Ui.Px(16);
        }

        protected override void OnLayout(LayoutEventArgs e)
        {
            base.OnLayout(e);
            if (!built) return;
            int edge = Ui.Px(28), wide = Width - 2 * edge;
            Banner.SetBounds(edge, Ui.Px(24), wide, Ui.Px(116));
            var at = Banner.Bottom + Ui.Px(16);
            tries.Visible = tries.Text.Length > 0;
            if (tries.Text.Length > 0)
            {
                tries.SetBounds(edge + Ui.Px(4), at - Ui.Px(4), wide, Ui.Px(40));
                at += Ui.Px(46);
            }
            at = PlaceSheet(next, nextTitle, nextText, edge, at, wide);
            if (patientText.Text.Length > 0) PlaceSheet(patient, patientTitle, patientText, edge, at, wide);
            int high = Ui.Px(68), button = Ui.Px(250), top = Height - high - Ui.Px(20);
            Close.SetBounds(Width - edge - button, top, button, high);
            Again.SetBounds(Close.Left - button - Ui.Px(14), top, button, high);
            Deliver.SetBounds(Again.Left - button - Ui.Px(14), top, button, high);
            code.SetBounds(edge, top, Math.Max(Ui.Px(120), (Again.Quiet ? Deliver.Left : Again.Left) - 2 * edge), high);
        }
    }
}
